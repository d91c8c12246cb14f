using Tidemark.Engine.Records;

namespace Tidemark.Connectors.GraphQL.Schema;

/// <summary>What scalars become. Scalars of a server's own are known by the names that are usual for them.</summary>
internal static class ScalarTypes
{
    private static readonly Dictionary<string, (FieldType Type, WireTime Time)> Words = new(StringComparer.Ordinal)
    {
        ["text"] = (FieldType.Text, default),
        ["int64"] = (FieldType.Int64, default),
        ["decimal"] = (FieldType.Decimal, default),
        ["float64"] = (FieldType.Float64, default),
        ["boolean"] = (FieldType.Boolean, default),
        ["date"] = (FieldType.Date, default),
        ["json"] = (FieldType.Json, default),
        ["timestamp"] = (FieldType.Timestamp, WireTime.Iso8601),
        ["timestamp_seconds"] = (FieldType.Timestamp, WireTime.UnixSeconds),
        ["timestamp_ms"] = (FieldType.Timestamp, WireTime.UnixMilliseconds),
    };

    /// <summary>Words that the key <c>types</c> of a query takes.</summary>
    public static IReadOnlyCollection<string> Known => Words.Keys;

    /// <summary>The type that a word of the settings names; null if unknown.</summary>
    public static (FieldType Type, WireTime Time)? OfWord(string word) =>
        Words.TryGetValue(word, out var found) ? found : null;

    /// <summary>The type of a scalar by its name; text, which holds any value, for one that is not known.</summary>
    public static FieldType Of(string scalar) => scalar switch
    {
        "Int" or "Long" or "BigInt" or "Int64" or "UnsignedInt64" or "bigint" or "smallint" => FieldType.Int64,
        "Float" or "Double" => FieldType.Float64,
        "Boolean" => FieldType.Boolean,
        // "Timestamp" is not here: some servers send milliseconds under that name.
        "DateTime" or "DateTimeISO" or "ISO8601DateTime" or "OffsetDateTime" or "Instant" or "AWSDateTime"
            or "timestamptz" or "timestamp" => FieldType.Timestamp,
        "Date" or "LocalDate" or "ISO8601Date" or "AWSDate" or "date" => FieldType.Date,
        "Decimal" or "BigDecimal" or "Money" or "Numeric" or "numeric" => FieldType.Decimal,
        "JSON" or "JSONObject" or "Json" or "Object" or "Map" or "AWSJSON" or "json" or "jsonb" => FieldType.Json,
        _ => FieldType.Text,
    };
}
