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
    internal IResult As(string? format, JsonTypeInfo<T> type) => format switch
    {
        null or "json" => TypedResults.Ok(this),
        "csv" => TypedResults.Text(CsvText.Of(Items, type), "text/csv"),
        _ => throw new TidemarkException(FailureKind.Usage, "request.malformed", "format is json or csv."),
    };
}

/// <summary>How much of a list is asked for, and from where.</summary>
internal static class Paging
{
    public const int Usual = 50;
    public const int Most = 1000;

    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    public static int Of(int? limit) => limit switch
    {
        null => Usual,
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

    private static string Opaque(string place) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(place));

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

    /// <summary>A whole number in a place; null where it is none.</summary>
    public static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A moment in a place, in milliseconds; null where it is none.</summary>
    public static DateTimeOffset? Time(string text) => Whole(text) is { } at && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public static TidemarkException Malformed() =>
        new(FailureKind.Usage, "cursor.malformed", "The cursor is none that this list has given.") { Hint = "Take it from next, as it is." };
}
