using System.Globalization;
using System.Text;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>Looks through what a publish would change: counts it, keeps samples, and writes all of it down where wanted.</summary>
internal static class ChangeReport
{
    private const int SamplesOfAKind = 5;
    private const int SampleLetters = 200;

    /// <param name="destination">The destination that began the load.</param>
    /// <param name="load">The load that holds the staged streams.</param>
    /// <param name="ledgers">One ledger per stream, in the plan's order.</param>
    /// <param name="file">Receives every change; null where only the counts are wanted.</param>
    /// <param name="cancellationToken">Cancels between rows.</param>
    public static async Task<ChangeSummary> MakeAsync(
        IComparing destination, ILoad load, IEnumerable<StreamLedger> ledgers, PlanFile? file, CancellationToken cancellationToken)
    {
        var streams = new List<StreamChanges>();
        var previews = (await load.PreviewAsync(cancellationToken)).ToDictionary(preview => preview.Table, StringComparer.Ordinal);
        foreach (var ledger in ledgers.Where(ledger => ledger.IsStaged))
        {
            var changes = await OfAsync(ledger, destination.ChangesAsync(load, ledger.Table, cancellationToken), file, cancellationToken);
            streams.Add(changes with { Cascades = previews.GetValueOrDefault(ledger.Table)?.Cascades ?? [] });
        }

        return new ChangeSummary(streams);
    }

    /// <param name="ledger">The stream's account, with everything read and staged.</param>
    /// <param name="changes">All of its changes, in any order.</param>
    /// <param name="file">Receives every change; null where only the counts are wanted.</param>
    /// <param name="cancellationToken">Cancels between rows.</param>
    internal static async Task<StreamChanges> OfAsync(
        StreamLedger ledger, IAsyncEnumerable<RowChange> changes, PlanFile? file, CancellationToken cancellationToken)
    {
        var counts = new long[3];
        var samples = new List<RowChange>();
        var digest = 0UL;
        await foreach (var change in changes.WithCancellation(cancellationToken))
        {
            digest += Hash(change);
            if (++counts[(int)change.Kind] <= SamplesOfAKind) samples.Add(Cut(change));
            if (file is not null) await file.WriteAsync(ledger.Table, change);
        }

        var figures = ledger.Figures;
        var (adds, updates) = (counts[(int)ChangeKind.Add], counts[(int)ChangeKind.Update]);
        return new StreamChanges(ledger.Stream, ledger.Table)
        {
            Adds = adds,
            Updates = updates,
            Deletes = counts[(int)ChangeKind.Delete],
            Unchanged = figures.Read - figures.Skipped - figures.Quarantined - adds - updates,
            Quarantined = figures.Quarantined,
            Digest = digest.ToString("x16", CultureInfo.InvariantCulture),
            Columns = [.. ledger.Columns],
            Samples = samples,
        };
    }

    private static ulong Hash(RowChange change)
    {
        var text = new StringBuilder($"{change.Kind}\n{change.Key}");
        foreach (var field in change.Fields) text.Append(CultureInfo.InvariantCulture, $"\0{field.Name}\0{Marked(field.Before)}\0{Marked(field.After)}");
        return ContentHash.Of(Encoding.UTF8.GetBytes(text.ToString()));

        static string Marked(string? value) => value is null ? "-" : "+" + value;
    }

    private static RowChange Cut(RowChange change) => change with
    {
        Fields = [.. change.Fields.Select(field => field with { Before = Cut(field.Before), After = Cut(field.After) })],
    };

    private static string? Cut(string? value) =>
        value is { Length: > SampleLetters } ? string.Concat(value.AsSpan(0, SampleLetters), "…") : value;
}
