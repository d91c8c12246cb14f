using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square;

/// <summary>A record and the time that it is sorted by, in milliseconds since 1970.</summary>
internal readonly record struct Timed(long Time, RecordEntry Entry)
{
    /// <summary>As a cursor keeps it.</summary>
    public string Position => string.Create(CultureInfo.InvariantCulture, $"{Time}:{Entry.Index}");
}

/// <summary>Pages of records that are sorted by a time and, within one time, by their index.</summary>
internal static class TimedSearch
{
    /// <summary>The records after a position, at most a number of them.</summary>
    public static List<Timed> After(IEnumerable<Timed> records, string position, bool newestFirst, int count)
    {
        var sign = newestFirst ? -1 : 1;
        (long, long)? last = position.Split(':') is [var time, var index]
            ? (sign * long.Parse(time, CultureInfo.InvariantCulture), sign * long.Parse(index, CultureInfo.InvariantCulture)) : null;
        return [.. records
            .Select(record => (Key: (sign * record.Time, sign * record.Entry.Index), Record: record))
            .Where(entry => last is null || entry.Key.CompareTo(last.Value) > 0)
            .OrderBy(entry => entry.Key).Take(count).Select(entry => entry.Record)];
    }

    /// <summary>A time of a changed record; null where it has none.</summary>
    public static long? TimeOf(byte[] json, string field) =>
        Text(json, field) is { } text && SquareTime.TryParse(text, out var time) ? time : null;

    /// <summary>A text at the top of a changed record; null where it has none.</summary>
    public static string? Text(byte[] json, string field) =>
        System.Text.Json.Nodes.JsonNode.Parse(json)?[field]?.ToString();
}
