using Microsoft.Data.Sqlite;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Sqlite;

/// <summary>Which columns a constraint is about that has refused a row, from SQLite's message and the table's definition.</summary>
internal static class SqliteConstraints
{
    private const string Failed = " constraint failed: ";

    /// <summary>Columns of a table; empty where the message speaks of another table, or does not tell.</summary>
    /// <param name="connection">A connection to the file.</param>
    /// <param name="sentence">The message, e.g. <c>UNIQUE constraint failed: people.email</c>; a check is told by its name, or by its condition.</param>
    /// <param name="table">The table that was written.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public static async Task<IReadOnlyList<string>> ColumnsAsync(
        SqliteConnection connection, string sentence, SqlName table, CancellationToken cancellationToken)
    {
        var at = sentence.IndexOf(Failed, StringComparison.Ordinal);
        if (at < 0) return [];
        var named = sentence[(at + Failed.Length)..];
        const string Index = "index '";
        return sentence[..at] == "CHECK" ? await CheckedAsync(connection, named, table, cancellationToken)
            : named.StartsWith(Index, StringComparison.Ordinal) ? await IndexedAsync(connection, named[Index.Length..].TrimEnd('\''), table, cancellationToken)
            : Listed(named, table.Name + ".");
    }

    private static IReadOnlyList<string> Listed(string named, string prefix)
    {
        var columns = named.Split(", ");
        return Array.TrueForAll(columns, column => column.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ? [.. columns.Select(column => column[prefix.Length..])] : [];
    }

    /// <remarks>A part that is an expression has no name: https://www.sqlite.org/pragma.html#pragma_index_info.</remarks>
    private static async Task<IReadOnlyList<string>> IndexedAsync(
        SqliteConnection connection, string index, SqlName table, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(
            connection,
            "SELECT c.name FROM pragma_index_list(@table) AS i, pragma_index_info(i.name) AS c WHERE i.name = @name ORDER BY c.seqno",
            cancellationToken, ("table", table.Name), ("name", index));
        return names.Contains(null) ? [] : [.. names.OfType<string>()];
    }

    private static async Task<IReadOnlyList<string>> CheckedAsync(
        SqliteConnection connection, string named, SqlName table, CancellationToken cancellationToken)
    {
        var definition = await NamesAsync(
            connection, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = @name COLLATE NOCASE", cancellationToken, ("name", table.Name));
        if (definition is not [{ } text]) return [];
        var columns = await NamesAsync(connection, "SELECT name FROM pragma_table_xinfo(@name) ORDER BY cid", cancellationToken, ("name", table.Name));
        var meant = SqliteCheck.In(text).Where(check => check.IsNamed(named))
            .Select(check => (IReadOnlyList<string>)[.. columns.OfType<string>().Where(check.Mentions)]).ToList();
        // Two checks may have the same name, or the same text.
        return meant.Count > 0 && meant.TrueForAll(each => each.SequenceEqual(meant[0])) ? meant[0] : [];
    }

    private static async Task<List<string?>> NamesAsync(
        SqliteConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await using var command = SqlCommands.Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string?>();
        while (await reader.ReadAsync(cancellationToken)) names.Add(await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetString(0));
        return names;
    }
}
