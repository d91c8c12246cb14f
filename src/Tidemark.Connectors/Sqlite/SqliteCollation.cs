using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Sqlite;

/// <summary>The collations that SQLite has of its own. Source: https://www.sqlite.org/datatype3.html#collating_sequences.</summary>
internal static class SqliteCollation
{
    /// <summary>A column with its collation.</summary>
    public static TableColumn Of(SqliteConnection connection, SqlName table, TableColumn column)
    {
        if (raw.sqlite3_table_column_metadata(
            connection.Handle, table.Schema ?? "main", table.Name, column.Name, out _, out var collation, out _, out _, out _) != raw.SQLITE_OK)
            return column; // a view's
        var name = collation.ToUpperInvariant();
        return name == "BINARY" ? column : column with
        {
            Collation = SqlName.Column(collation).ToString(),
            Overlooks = name switch
            {
                "NOCASE" => "upper and lower case",
                "RTRIM" => "spaces at the end",
                _ => null,
            },
        };
    }

    /// <summary>What two texts have in common that are one in a column.</summary>
    public static string Common(TableColumn? column, string text) => column?.Collation?.ToUpperInvariant() switch
    {
        "\"NOCASE\"" => string.Create(text.Length, text, (letters, from) =>
        {
            // SQLite knows the case of these letters alone.
            for (var at = 0; at < letters.Length; at++) letters[at] = char.IsAsciiLetterUpper(from[at]) ? (char)(from[at] | 0x20) : from[at];
        }),
        "\"RTRIM\"" => text.TrimEnd(' '),
        _ => text,
    };
}
