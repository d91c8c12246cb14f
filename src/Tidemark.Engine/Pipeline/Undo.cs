using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>Takes a run back. An undo is a run of its own, and can be undone.</summary>
/// <param name="undoing">Where the run wrote.</param>
/// <param name="undone">The run that is taken back.</param>
/// <param name="run">The undo itself.</param>
internal sealed class Undo(IUndoing undoing, RunRecord undone, RunContext run)
{
    // What a problem names of the untouched rows; the log has more of them.
    private const int NamedRows = 5;

    private readonly RunJournal _journal = run.Journal;

    /// <summary>Does the work. Nothing has changed where it throws.</summary>
    public async Task<RunStatus> RunAsync()
    {
        IReadOnlyList<UndoneTable> tables = [];
        run.Begin(() => [.. tables.Select(Figures)]);
        await _journal.StepAsync("undo", null, StepStatus.Running, $"of {undone.Id}", run.Stop);
        var planning = await UndoPlanning.OfAsync(undoing, undone, _journal.Run, run.Stop);
        foreach (var stream in planning.Unseen)
        {
            await _journal.LogAsync(
                RunLogLevel.Warning, stream,
                "The records are not kept (raw: false), so changes by hand since then cannot be detected.", run.Stop);
        }

        tables = await UndoAsync(planning.Plan);
        foreach (var table in tables) await ReportAsync(table);
        var status = run.Problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
        // Said, because a reading may no longer find the records; the rows are as they were all the same.
        if (undone.Result.Streams.Sum(stream => stream.WrittenBack) is > 0 and var sent)
        {
            run.Problems.Add(new("undo.written_back", undone.Pipeline,
                string.Create(CultureInfo.InvariantCulture, $"The source keeps what {undone.Id} wrote back to {sent} of its records."),
                "Where they are no longer read because of that, undo this run to have the rows back.")
            {
                Next = new(NextAct.UndoRun, _journal.Run),
            });
        }

        await _journal.StepAsync(
            "undo", null, tables.Count > 0 ? StepStatus.Done : StepStatus.Failed, null, CancellationToken.None);
        return status;
    }

    /// <summary>
    /// Takes the rows back, and what the run had taken out of quarantine goes in again. It is there before the rows are
    /// gone, so that a crash in between loses no record.
    /// </summary>
    private async Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan)
    {
        var quarantine = _journal.SettledQuarantine;
        await quarantine.ReopenAsync(undone.Id, run.Stop);
        try
        {
            var tables = await undoing.UndoAsync(plan, run.Stop);
            await quarantine.UndoneAsync(undone.Id, undone.Request is UndoRun, tables.All(table => table.Untouched == 0));
            return tables;
        }
        catch (TidemarkException unknown) when (unknown.Code == "undo.unknown" && undone.Request is UndoRun undo)
        {
            // Killed at the wrong moment, an undo may have been done and not know it: the destination knows.
            await quarantine.NotUndoneAsync();
            throw new TidemarkException(unknown.Kind, unknown.Code, unknown.Message, unknown)
            {
                Hint = $"It was to take {undo.Run} back and did not; undo that run.",
                Next = new(NextAct.UndoRun, undo.Run),
            };
        }
        catch (Exception nothing) when (nothing is OperationCanceledException or TidemarkException { Kind: FailureKind.Usage })
        {
            await quarantine.NotUndoneAsync();
            throw;
        }
    }

    private async Task ReportAsync(UndoneTable table)
    {
        if (table.Expected != table.Found)
        {
            run.Problems.Add(new("receipt.does_not_fit", table.Stream,
                $"{table.Expected.Rows} rows of {table.Table} were restored, but {table.Found.Rows} read back as they were."));
        }

        if (table.Cascades.Count > 0)
        {
            run.Problems.Add(new("undo.went_along", table.Stream,
                $"{string.Join(" ", table.Cascades.Select(each => each.Describe(table.Table)))} This is not kept, and does not come back.",
                "Bring it back from a backup of the database."));
        }

        if (table.Untouched == 0) return;
        foreach (var row in table.UntouchedRows)
            await _journal.LogAsync(RunLogLevel.Warning, table.Stream, $"Left as it is: {row.Key}. {row.Reason}", CancellationToken.None);
        run.Problems.Add(new("undo.changed_since", table.Stream,
            string.Create(CultureInfo.InvariantCulture,
                $"{table.Untouched} rows of {table.Table} were left as they are: {string.Join(" ", table.UntouchedRows.Take(NamedRows).Select(row => $"{row.Key}: {row.Reason}"))}"),
            "Look at them; the log of this run lists the first hundred."));
    }

    private static StreamFigures Figures(UndoneTable table) => new(table.Stream, table.Table)
    {
        Read = table.Restored + table.Created + table.Untouched,
        Updated = table.Restored,
        Created = table.Created,
        Skipped = table.Untouched,
        Deleted = table.Deleted,
        Receipt = new StreamReceipt(table.Expected, table.Found),
    };
}
