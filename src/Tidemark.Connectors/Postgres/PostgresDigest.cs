using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Postgres;

/// <summary>
/// A digest of the values that a row has in the source's columns, made by the server so that they need not travel. It
/// speaks of the values alone, whatever type the application has given a column: <see cref="CopyEncoder.HasDigest"/> makes the same
/// of a record.
/// </summary>
internal static class PostgresDigest
{
    /// <summary>Stands for null: no byte of UTF-8.</summary>
    public const byte Nothing = 0xFF;

    /// <summary>Begins a value, or ends a text, which cannot have it.</summary>
    public const byte Something = 0;

    /// <summary>The columns whose values it speaks of: jsonb has no form that is known here, and is compared by the server.</summary>
    public static IEnumerable<SqlColumn> Columns(PostgresDialect dialect, SqlTable table) =>
        table.SourceColumns.Where(column => dialect.FormOf(column) != PostgresForm.Jsonb);

    /// <summary>Expression for the digest of a row of an alias; null where the table lacks a column.</summary>
    public static string Of(PostgresDialect dialect, SqlTable table, string alias) => table.SourceColumns.Count == 0 ? "NULL::bytea"
        : $"sha256({SqlCommands.Joined([.. Columns(dialect, table).Select(column => Part(dialect.FormOf(column), column, $"{alias}.{column.Quoted}"))], "||")})";

    private static string Part(PostgresForm form, SqlColumn column, string value) => column.Type switch
    {
        FieldType.Text or FieldType.Json => $@"coalesce(textsend({value}::text) || '\x00'::bytea, '\xff'::bytea)",
        FieldType.Int64 => Part("int8send", $"{value}::bigint"),
        // The number that a single one prints is the one that was written, not the double that it is.
        FieldType.Float64 => Part("float8send", form == PostgresForm.Float4 ? $"{value}::text::double precision" : $"{value}::double precision"),
        FieldType.Boolean => Part("boolsend", value),
        FieldType.Date => Part("date_send", $"{value}::date"),
        FieldType.Decimal => Part("numeric_send", $"trim_scale({value}::numeric)"),
        _ => Part("timestamptz_send", $"{value}::timestamptz"),
    };

    private static string Part(string send, string value) => $@"coalesce('\x00'::bytea || {send}({value}), '\xff'::bytea)";
}
