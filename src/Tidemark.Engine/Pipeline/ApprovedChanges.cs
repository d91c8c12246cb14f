using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>What a person has approved: the changes that a parked run came to, and no others.</summary>
/// <param name="Parked">Full id of the parked run.</param>
/// <param name="Changes">What it showed.</param>
public sealed record ApprovedChanges(string Parked, ChangeSummary Changes)
{
    /// <summary>Code of a row, or a table, that has been changed since.</summary>
    public const string Code = "approve.changed_since";

    private const int MaxNamed = 5;

    /// <summary>Where what would change now differs: somebody has edited rows that would be deleted or overwritten, or the source gives others.</summary>
    public IEnumerable<Problem> Differences(ChangeSummary now)
    {
        foreach (var seen in Changes.Streams)
        {
            var current = now.Streams.FirstOrDefault(stream => stream.Stream == seen.Stream) ?? new StreamChanges(seen.Stream, seen.Table);
            if ((seen.Digest, seen.Adds, seen.Updates, seen.Deletes) != (current.Digest, current.Adds, current.Updates, current.Deletes))
                yield return Changed(seen.Table, Since(seen, current));
            else if (current.TakesMoreThan(seen) is { } more) yield return Changed(seen.Table, $"Rows refer to those that would go ({more})");
        }
    }

    /// <summary>Says that later runs have written a table: what was staged is older than its rows.</summary>
    public Problem Overtaken(string table) => Changed(table, $"Later runs have written {table}");

    /// <summary>Says that somebody has changed a row that would have stayed: it is no longer what the source said.</summary>
    public Problem Edited(string table, string key) => Changed(table, $"A row of {table} that would have stayed ({key}) has been changed");

    private Problem Changed(string table, string what) =>
        new(Code, $"table {table}", $"{what} since {Parked} parked. Nothing was changed now.",
            "Run the pipeline again: it parks again with what would change now, if that still goes too far.")
        {
            Next = new(NextAct.RunPipeline),
        };

    /// <summary>The rows by their keys, as far as the first changes of each kind tell them.</summary>
    private static string Since(StreamChanges seen, StreamChanges now)
    {
        // Samples are not kept for ever: what was shown is no longer known by its keys then.
        if (seen.Samples.Count == 0) now = now with { Samples = [] };
        var before = seen.Samples.Select(Text).ToHashSet(StringComparer.Ordinal);
        var after = now.Samples.Select(Text).ToHashSet(StringComparer.Ordinal);
        var keys = seen.Samples.Where(change => !after.Contains(Text(change)))
            .Concat(now.Samples.Where(change => !before.Contains(Text(change)))).Select(change => change.Key).Distinct(StringComparer.Ordinal).ToList();
        var counts = string.Create(CultureInfo.InvariantCulture,
            $"it was {seen.Adds} adds, {seen.Updates} updates, {seen.Deletes} deletes and now is {now.Adds}, {now.Updates}, {now.Deletes}");
        return keys.Count == 0 ? $"What would change has changed itself ({counts})"
            : $"Rows that would change have changed themselves ({string.Join(", ", keys.Take(MaxNamed))}{(keys.Count > MaxNamed ? " and others" : "")}; {counts})";
    }

    private static string Text(RowChange change) =>
        string.Join('\0', change.Fields.Select(field => $"{field.Name}\0{field.Before}\0{field.After}").Prepend($"{change.Kind}\0{change.Key}"));
}
