using System.Text.Json.Serialization;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// A part of a listing that is still to be read, e.g. the customers created in one year from a given one on. Slices
/// are what a reading hands to its workers and what its cursor keeps.
/// </summary>
public sealed record Slice
{
    /// <summary>
    /// What the slice is about where a listing is asked for separately for each of several things, e.g. locations.
    /// </summary>
    public string? Scope { get; init; }

    /// <summary>First value of the range, in seconds since 1970 UTC; null for no bound.</summary>
    public long? From { get; init; }

    /// <summary>First value after the range, in seconds since 1970 UTC; null for no bound.</summary>
    public long? To { get; init; }

    /// <summary>
    /// Where the next page begins, in the vendor's terms: an id, a token, an offset. Null for the first page.
    /// </summary>
    [JsonPropertyName("after")]
    public string? Position { get; init; }

    /// <summary>Range value of the last record read, in seconds; null before the first page.</summary>
    public long? At { get; init; }

    /// <summary>Records read so far, those that came twice among them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Read { get; init; }

    /// <summary>The least number of all records that the vendor has given on the way; null where it gives none.</summary>
    public long? Least { get; init; }

    /// <summary>
    /// The rest of the slice, to be read without its position: what was not passed yet, and once more the second that
    /// was reached, because several records may share it.
    /// </summary>
    public Slice Restart(RangeOrder? order) => order switch
    {
        RangeOrder.NewestFirst when At is { } at => this with { To = at + 1, Position = null },
        RangeOrder.OldestFirst when At is { } at => this with { From = at, Position = null },
        _ => this with { Position = null, At = null },
    };

    /// <summary>
    /// Halves what is left of the range: the near half keeps the position, the far half can be read by someone else.
    /// Null where the rest is one second or is not known.
    /// </summary>
    /// <param name="range">The range's order, and the bounds to assume where the slice has none.</param>
    /// <param name="now">The upper bound to assume, in seconds.</param>
    /// <param name="keepsPosition">Whether a position stays valid when the range that it was given for changes.</param>
    public (Slice Near, Slice Far)? Split(ListingRange range, long now, bool keepsPosition)
    {
        if (At is not { } at) return null;
        var (low, high) = Rest(range, at, now);
        if (high - low < 2) return null;
        var middle = low + ((high - low) / 2);
        var rest = keepsPosition ? this : Restart(range.Order);
        return range.Order switch
        {
            RangeOrder.NewestFirst =>
                (rest with { From = middle }, this with { To = middle, Position = null, At = null }),
            RangeOrder.OldestFirst =>
                (rest with { To = middle }, this with { From = middle, Position = null, At = null }),
            _ => null,
        };
    }

    /// <summary>Bounds of what is left, in seconds.</summary>
    internal (long Low, long High) Rest(ListingRange range, long at, long now) =>
        range.Order == RangeOrder.OldestFirst ? (at, To ?? now) : (From ?? range.Earliest, at);

    /// <summary>Whether a value lies in the range; where it does not, the vendor did not filter.</summary>
    internal bool Contains(long value) => value >= (From ?? long.MinValue) && value < (To ?? long.MaxValue);
}
