using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>Looks, any time after a run, whether the rows that it wrote or confirmed are still what it left.</summary>
/// <param name="destination">Where they are.</param>
/// <param name="tables">The tables of the run's streams, which say how records become rows.</param>
/// <param name="later">The runs that came after it.</param>
internal sealed class RunVerifier(IDestination destination, IReadOnlyList<TablePlan> tables, LaterRuns later)
{
    /// <param name="run">Over; with figures.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    /// <exception cref="TidemarkException"><c>run.not_over</c>, <c>run.wrote_nothing</c> (usage).</exception>
    public async Task<Verification> VerifyAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.FinishedAt is null)
            throw new TidemarkException(FailureKind.Usage, "run.not_over", $"The run {run.Id} is not over yet.");
        if (run.Request is BackupRun || run.Result.Streams.All(stream => stream.Receipt is null && !LaterRuns.HasWritten(stream)))
        {
            throw new TidemarkException(
                FailureKind.Usage, "run.wrote_nothing", $"The run {run.Id} ({RunJson.Word(run.Status)}) wrote nothing that could be looked at.")
            {
                Hint = "Look at the run before it.",
                Next = new(NextAct.ListRuns),
            };
        }

        var rewritten = await later.WrittenAsync(run.Result.Streams.Select(stream => stream.Table), cancellationToken);
        var verified = new List<StreamVerification>();
        foreach (var figures in run.Result.Streams)
        {
            var room = Verification.MaxShown - verified.Sum(stream => stream.Shown.Count);
            verified.Add(await VerifyAsync(run, figures, !rewritten.Contains(figures.Table), room, cancellationToken));
        }

        return new Verification(run.Id, run.Pipeline, verified);
    }

    private async Task<StreamVerification> VerifyAsync(
        RunRecord run, StreamFigures figures, bool isLast, int room, CancellationToken cancellationToken)
    {
        var counts = new StreamVerification(figures.Stream, figures.Table);
        var shown = new List<ComparedRow>();
        Checksum all = default, own = default;
        var table = tables.First(each => each.Stream.Name == figures.Stream) with { Table = figures.Table };
        await foreach (var row in new TableComparison(destination, table).RowsAsync(run: null, cancellationToken))
        {
            if (await later.HasAsync(row.Run, cancellationToken))
            {
                counts = counts with { ChangedLater = counts.ChangedLater + 1 };
                continue;
            }

            all += Checksum.Of(row.Hash);
            if (row.Run == run.Id) own += Checksum.Of(row.Hash);
            if (!row.IsCompared) counts = counts with { NotCompared = counts.NotCompared + 1 };
            if (row.Differences.Count == 0) continue;
            counts = counts with { Differing = counts.Differing + 1 };
            if (shown.Count < room) shown.Add(row);
        }

        counts = counts with { Rows = all.Rows, Shown = shown };
        return isLast && counts.ChangedLater == 0 && !BringsBack(run) ? WithMissing(counts, run, figures, all, own) : counts;
    }

    /// <summary>Without the help of later runs: what the run left must still be there, all of it.</summary>
    private static StreamVerification WithMissing(
        StreamVerification counts, RunRecord run, StreamFigures figures, Checksum all, Checksum own)
    {
        if (figures.Receipt is not { } receipt) return counts;
        // A replace has proven the whole table, unless rows stayed that it could not read anew.
        if (run.Result.Mode == WriteMode.Replace)
        {
            return figures.Quarantined == 0
                ? WithChecksums(counts, receipt.Found, all)
                : counts with { Missing = Math.Max(0, receipt.Found.Rows - all.Rows) };
        }

        // A merge that only created has proven just those rows. One that updated may have written a row more than once.
        return figures is { Updated: 0, Unchanged: 0, Deleted: 0 }
            ? WithChecksums(counts, receipt.Found, own)
            : counts with { Missing = figures.Deleted == 0 ? Math.Max(0, figures.Created - own.Rows) : 0 };
    }

    private static StreamVerification WithChecksums(StreamVerification counts, Checksum left, Checksum found) =>
        counts with { Checksums = (left, found), Missing = Math.Max(0, left.Rows - found.Rows) };

    /// <summary>An undo and a restore leave what other runs had left, and their receipts speak of other checksums.</summary>
    private static bool BringsBack(RunRecord run) => run.Request is UndoRun or RestoreRun or ClearRun;
}
