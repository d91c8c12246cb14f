using System.Globalization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Sources.Http;

/// <summary>In which order a listing gives its records, by the value that it can be filtered by.</summary>
public enum RangeOrder
{
    /// <summary>In no order that could be relied on. Only the lower bound is used, for incremental readings.</summary>
    Unordered,

    NewestFirst,
    OldestFirst,
}

/// <summary>
/// A time that a listing can be filtered by. With an order, both bounds must be filters of the vendor.
/// </summary>
/// <param name="Path">Where it stands in a record, e.g. <c>created</c>.</param>
/// <param name="Time">How it is written there.</param>
/// <param name="Order">How records are ordered by it. With an order, ranges are read by several workers.</param>
public sealed record ListingRange(string Path, WireTime Time, RangeOrder Order)
{
    /// <summary>
    /// Where halving begins on a range without lower bound, in seconds since 1970 UTC. Records before it are read all
    /// the same. Default 2010-01-01.
    /// </summary>
    public long Earliest { get; init; } = 1_262_304_000;

    /// <summary>A wire value in whole seconds since 1970 UTC, rounded down; null if the text is not a time.</summary>
    public long? Seconds(string? wire)
    {
        if (wire is null) return null;
        if (Time == WireTime.Iso8601)
        {
            return DateTimeOffset.TryParse(
                wire, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                ? instant.ToUnixTimeSeconds() : null;
        }

        if (!decimal.TryParse(wire, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return null;
        var seconds = decimal.Floor(Time == WireTime.UnixMilliseconds ? number / 1000 : number);
        return Math.Abs(seconds) < 1e15m ? (long)seconds : null;
    }
}
