using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Api.Answers;

/// <summary>A part of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">The cursor that the next part is asked for with; null where this is the last.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next)
{
    /// <summary>The page as JSON, or its items as CSV.</summary>
    /// <param name="format"><c>json</c> or <c>csv</c>; null for JSON.</param>
    /// <param name="type">The items' type, for CSV.</param>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    internal IResult As(string? format, JsonTypeInfo<T> type) =>
        QueryText.IsCsv(format) ? TypedResults.Text(CsvText.Of(Items, type), "text/csv") : TypedResults.Ok(this);
}

/// <summary>How much of a list is asked for, and from where.</summary>
internal static class Paging
{
    public const int Usual = 50;
    public const int Most = 1000;

    /// <summary>How many items are wanted.</summary>
    /// <param name="limit">As asked for; null for the usual number.</param>
    /// <param name="usual">The usual number.</param>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    public static int Of(int? limit, int usual = Usual) => limit switch
    {
        null => usual,
        >= 1 and <= Most => limit.Value,
        _ => throw new TidemarkException(FailureKind.Usage, "request.malformed", $"limit is from 1 to {Most}."),
    };

    /// <summary>Cuts what was read with one item more than wanted.</summary>
    /// <param name="read">At most <paramref name="limit"/> + 1 items.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="cursor">The place behind an item.</param>
    /// <param name="answer">The item as it is shown.</param>
    public static ListPage<T> Cut<TRead, T>(IReadOnlyList<TRead> read, int limit, Func<TRead, string> cursor, Func<TRead, T> answer) => new(
        [.. read.Take(limit).Select(answer)], read.Count > limit ? Opaque(cursor(read[limit - 1])) : null);

    /// <summary>As <see cref="Cut"/>, of a list that is read whole: what stands behind the cursor.</summary>
    /// <param name="all">Every item, in order.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="cursor">As asked with; null for the beginning.</param>
    /// <param name="place">Tells an item from the others.</param>
    /// <param name="answer">The item as it is shown.</param>
    /// <exception cref="TidemarkException"><c>cursor.malformed</c>; <c>cursor.gone</c>: the item before the cursor is not in the list (usage).</exception>
    public static ListPage<T> Part<TRead, T>(IEnumerable<TRead> all, int limit, string? cursor, Func<TRead, string> place, Func<TRead, T> answer)
    {
        var items = all.ToList();
        var begin = 0;
        if (Place(cursor) is { } after && (begin = items.FindIndex(item => place(item) == after) + 1) == 0)
        {
            // An empty part would look like the end of the list.
            throw new TidemarkException(FailureKind.Usage, "cursor.gone", "The item that this cursor stands behind is no longer in the list.")
            {
                Hint = "Read the list from its beginning, without a cursor.",
            };
        }

        return Cut(items.GetRange(begin, Math.Min(limit + 1, items.Count - begin)), limit, place, answer);
    }

    /// <summary>A place as a cursor.</summary>
    public static string Opaque(string place) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(place));

    /// <summary>The place in a cursor; null for none.</summary>
    /// <exception cref="TidemarkException"><c>cursor.malformed</c> (usage).</exception>
    public static string? Place(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor)) return null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromHexString(cursor));
        }
        catch (FormatException)
        {
            throw Malformed();
        }
    }

    /// <summary>A place that is a number.</summary>
    /// <exception cref="TidemarkException"><c>cursor.malformed</c> (usage).</exception>
    public static long? Number(string? cursor) => Place(cursor) is not { } place ? null : Whole(place) ?? throw Malformed();

    /// <summary>A place in a list by time, from what <see cref="ByTime"/> made; null for none.</summary>
    /// <exception cref="TidemarkException"><c>cursor.malformed</c> (usage).</exception>
    public static (DateTimeOffset At, string Id)? Moment(string? cursor) => Place(cursor) is not { } place ? null
        : place.Split(' ') is [var moment, var id] && Time(moment) is { } at ? (at, id) : throw Malformed();

    /// <summary>The place of an item in a list by time.</summary>
    public static string ByTime(DateTimeOffset at, string id) => string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()} {id}");

    /// <summary>A whole number in a place; null where it is none.</summary>
    public static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Time(string text) => Whole(text) is { } at && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public static TidemarkException Malformed() =>
        new(FailureKind.Usage, "cursor.malformed", "The cursor is none that this list has given.") { Hint = "Take it from next, as it is." };
}
