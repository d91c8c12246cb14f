namespace Tidemark.Engine.Records;

/// <summary>What a field holds, independent of any database. Each destination's docs page has the type it becomes.</summary>
public enum FieldType
{
    /// <summary>Unicode text of any length. Any JSON value fits: numbers and objects are kept as their JSON text.</summary>
    Text,

    /// <summary>Whole number from -2^63 to 2^63-1, e.g. money in minor units.</summary>
    Int64,

    /// <summary>Exact decimal number of any size; on the wire a JSON number or a string such as <c>"0.125"</c>.</summary>
    Decimal,

    /// <summary>IEEE 754 double.</summary>
    Float64,

    Boolean,

    /// <summary>An instant, in microseconds. The wire form is the field's <see cref="WireTime"/>.</summary>
    Timestamp,

    /// <summary>A calendar day, <c>2028-02-29</c> on the wire.</summary>
    Date,

    /// <summary>Any JSON value, kept as the vendor wrote it.</summary>
    Json,
}

/// <summary>How an instant is written by the vendor.</summary>
public enum WireTime
{
    /// <summary>ISO 8601 with an offset, or without one for UTC; a bare date is midnight UTC.</summary>
    Iso8601,

    /// <summary>Whole or fractional seconds since 1970-01-01 UTC, as number or text.</summary>
    UnixSeconds,

    /// <summary>Milliseconds since 1970-01-01 UTC, as number or text.</summary>
    UnixMilliseconds,
}
