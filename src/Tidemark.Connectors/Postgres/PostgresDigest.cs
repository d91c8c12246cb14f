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

    /// <summary>Expression for the digest of a row of an alias; null where the table lacks a column.</summary>
    public static string Of(SqlTable table, string alias) => table.SourceColumns.Count == 0 ? "NULL::bytea"
        : $"sha256({SqlCommands.Joined([.. table.SourceColumns.Select(column => Part(column, $"{alias}.{column.Quoted}"))], "||")})";

    private static string Part(SqlColumn column, string value) => column.Type switch
    {
        FieldType.Text or FieldType.Json => $@"coalesce(textsend({value}::text) || '\x00'::bytea, '\xff'::bytea)",
        FieldType.Int64 => Part("int8send", $"{value}::bigint"),
        FieldType.Float64 => Part("float8send", $"{value}::double precision"),
        FieldType.Boolean => Part("boolsend", value),
        FieldType.Date => Part("date_send", $"{value}::date"),
        FieldType.Decimal => Part("numeric_send", $"trim_scale({value}::numeric)"),
        _ => Part("timestamptz_send", $"{value}::timestamptz"),
    };

    private static string Part(string send, string value) => $@"coalesce('\x00'::bytea || {send}({value}), '\xff'::bytea)";
}
