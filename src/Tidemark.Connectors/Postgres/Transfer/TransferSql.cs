using System.Globalization;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>
/// The SQL of one table that both ends share: what a row's hash and bucket are, and what the source gives of its rows. Everything is on the alias <c>t</c>.
/// </summary>
/// <remarks>
/// <c>hash_record_extended</c> is there from PostgreSQL 14 on. It adds up the hashes of the columns, so that the sum over rows would be the same if
/// two rows swapped a value; the hash of the key as its seed makes each row's sum its own.
/// </remarks>
internal sealed class TransferSql(TransferTable table)
{
    /// <summary>Setting of a session with the key of masks, bytes in hex. A parameter is not possible in COPY, and a literal would be in the server's log.</summary>
    public const string MaskKey = "tidemark.mask_key";

    /// <summary>The end of a subquery whose columns are computed once a row; workers in parallel may still do it.</summary>
    public const string Computed = "OFFSET '0'::bigint";

    /// <summary>The table as it is.</summary>
    public string Live => $"{table.Name} AS t";

    /// <summary>The rows that the source gives: filtered, and masked.</summary>
    public string Given => GivenWhere(null);

    /// <summary>The columns, quoted, with a comma between them.</summary>
    public string Columns => string.Join(", ", table.Columns.Select(column => SqlName.Column(column.Name)));

    /// <summary>The columns of the key, quoted.</summary>
    public IReadOnlyList<string> Key => [.. table.Key.Select(name => SqlName.Column(name).ToString())];

    /// <summary>Types of the columns of the key.</summary>
    public IReadOnlyList<string> KeyTypes => [.. KeyColumns.Select(column => column.Type)];

    /// <summary>Hash of a row's values: a bigint.</summary>
    public string RowHash => table switch
    {
        { HasKey: false } => $"hash_record_extended(ROW(int8send({HashOf(table.Columns, "0")})), 0)",
        { Buckets.Kind: BucketKind.Range } => HashOf(table.Columns, $"t.{Key[0]}::bigint"),
        _ => HashOf(table.Columns, HashOf(KeyColumns, "0")),
    };

    /// <summary>Bucket of a row: a bigint.</summary>
    public string Bucket => table.Buckets.Kind == BucketKind.Range ? RangeBucket(Key[0]) : HashBucket;

    /// <summary>The bytes of the key's parts as text, to be compared.</summary>
    public IReadOnlyList<string> KeyTexts => [.. Key.Select(name => $"t.{name}::text COLLATE \"C\"")];

    /// <summary>What orders rows by the bytes of their keys in UTF-8, whatever the encoding of the server; by the hash where there is no key.</summary>
    public string KeyOrder => table.HasKey ? string.Join(", ", KeyTexts.Select(text => $"convert_to({text}, 'UTF8')")) : RowHash;

    private IReadOnlyList<TransferColumn> KeyColumns => [.. table.Key.Select(name => table.Columns.First(column => column.Name == name))];

    private string HashBucket
    {
        get
        {
            var hash = table.HasKey ? HashOf(KeyColumns, "0") : RowHash;
            return string.Create(CultureInfo.InvariantCulture, $"(({hash}) & 9223372036854775807) % {table.Buckets.Size}");
        }
    }

    /// <summary>The rows that the source gives, of those that a further condition is true for: null for all.</summary>
    public string GivenWhere(string? condition)
    {
        if (table.Where is null && condition is null && table.Columns.All(column => column.Mask is null)) return Live;
        // A line of its own: whatever the condition ends with, the parenthesis is not part of it.
        var conditions = string.Join(" AND ", new[] { condition, table.Where is null ? null : $"({table.Where}\n)" }.Where(one => one is not null));
        return $"(SELECT {string.Join(", ", table.Columns.Select(Value))} FROM {table.Name} AS t{(conditions.Length == 0 ? "" : $" WHERE {conditions}")}) AS t";
    }

    private string RangeBucket(string key)
    {
        var size = table.Buckets.Size.ToString(CultureInfo.InvariantCulture);
        // Rounded down, and nothing overflows.
        return $"CASE WHEN t.{key} >= 0 THEN t.{key}::bigint / {size} ELSE -1 - (-1 - t.{key}::bigint) / {size} END";
    }

    private static string HashOf(IReadOnlyList<TransferColumn> columns, string seed) =>
        $"hash_record_extended(ROW({string.Join(", ", columns.Select(Hashed))}), {seed})";

    /// <summary>An expression whose hash tells all values of the type apart.</summary>
    /// <remarks>
    /// The server's hash of bigint and of timestamps is one of 32 bits, the same for 1 and 2^32; the one of numeric is the same for 1.0 and 1.00, the one of
    /// float8 for 0 and -0, the one of arrays for {1,2} and {{1,2}}.
    /// </remarks>
    private static string Hashed(TransferColumn column)
    {
        var name = $"t.{SqlName.Column(column.Name)}";
        return (column.Hash, BareType(column.Type)) switch
        {
            (HashForm.Native, "smallint" or "integer" or "oid" or "boolean" or "date" or "uuid" or "bytea") => name,
            (HashForm.Native, "bigint") => $"{name}, {name} >> 32",
            (HashForm.Native, "numeric") => $"numeric_send({name})",
            (HashForm.Native, "timestamp without time zone") => $"timestamp_send({name})",
            (HashForm.Native, "timestamp with time zone") => $"timestamptz_send({name})",
            (_, "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" or "boolean" or "date" or "uuid" or "bytea" or "text"
                or "character varying" or "timestamp without time zone" or "timestamp with time zone" or "interval" or "json" or "jsonb")
                => $"{name}::text COLLATE \"C\"",
            // A cast to text may be another text than the type's own: it cuts the blanks off bpchar, and off domains of it.
            _ => $"ROW({name})::text COLLATE \"C\"",
        };
    }

    /// <summary>Without modifier: <c>numeric(12,2)</c> is <c>numeric</c>, <c>timestamp(3) with time zone</c> is <c>timestamp with time zone</c>.</summary>
    private static string BareType(string type)
    {
        var (from, to) = (type.IndexOf('(', StringComparison.Ordinal), type.IndexOf(')', StringComparison.Ordinal));
        return from < 0 || to < from ? type : type[..from] + type[(to + 1)..];
    }

    private static string Value(TransferColumn column)
    {
        var name = SqlName.Column(column.Name);
        return column.Mask switch
        {
            null => $"t.{name}",
            ColumnMask.Null => $"NULL::{column.Type} AS {name}",
            _ => $"encode(sha256(decode(current_setting('{MaskKey}'), 'hex') || convert_to(t.{name}::text, 'UTF8')), 'hex')::{column.Type} AS {name}",
        };
    }
}
