using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>Takes a run back. An undo is a run of its own, and can be undone.</summary>
internal sealed class Undo(TimeProvider clock)
{
    /// <summary>Begins the cause of a run that is an undo; the id of the run that it takes back follows.</summary>
    public const string Cause = "undo ";

    // What a problem names of the rows that were left; the log has more of them.
    private const int NamedRows = 5;

    /// <param name="destination">Where the run wrote.</param>
    /// <param name="run">The run that is taken back.</param>
    /// <param name="journal">Of the undo.</param>
    /// <param name="cancellationToken">Before the commit; nothing has changed then.</param>
    public async Task<RunResult> RunAsync(
        IDestination destination, RunRecord run, RunJournal journal, CancellationToken cancellationToken)
    {
        var startedAt = clock.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, journal.CancelRequested, journal.LeaseLost);
        var problems = new List<Problem>();
        IReadOnlyList<UndoneTable> tables = [];
        var status = RunStatus.Failed;
        await journal.StepAsync("undo", null, StepStatus.Running, null, cancellationToken);
        try
        {
            var plan = new UndoPlan(run.Pipeline, run.Id, journal.Run)
            {
                ChangedRows = await ChangedRowsAsync(destination, run, journal, stop.Token),
            };
            tables = await UndoAsync(destination, plan, run, journal, stop.Token);
            foreach (var table in tables) await TellAsync(table, journal, problems);
            status = problems.Count == 0 ? RunStatus.Succeeded : RunStatus.Partial;
            // Said, because a reading may no longer find the records; the rows are as they were all the same.
            if (run.Result.Streams.Sum(stream => stream.WrittenBack) is > 0 and var sent)
            {
                problems.Add(new("undo.written_back", run.Pipeline,
                    string.Create(CultureInfo.InvariantCulture, $"The source keeps what {run.Id} wrote back to {sent} of its records."),
                    "Where they are no longer read because of that, undo this run to have the rows back.") { Next = new(NextAct.UndoRun, journal.Run) });
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            problems.Add(new("run.cancelled", run.Pipeline, "The undo was cancelled; nothing has changed.", "Run it again."));
            status = RunStatus.Cancelled;
        }
        catch (TidemarkException failure)
        {
            var problem = Problem.From(failure, run.Pipeline);
            // Killed at the wrong moment, an undo may have been done and not know it: the destination knows.
            var undone = run.Result.Kind == RunKind.Undo && failure.Code == "undo.unknown" ? run.Cause[Cause.Length..] : null;
            problems.Add(undone is null ? problem : problem with
            {
                Hint = $"It was to take {undone} back and did not; undo that run.",
                Next = new(NextAct.UndoRun, undone),
            });
        }

        await journal.StepAsync(
            "undo", null, tables.Count > 0 ? StepStatus.Done : StepStatus.Failed, $"of {run.Id}", CancellationToken.None);
        var result = new RunResult(
            journal.Run, run.Pipeline, run.Result.Mode, status, [.. tables.Select(Figures)],
            clock.GetElapsedTime(startedAt).TotalSeconds)
        {
            Cause = journal.Cause,
            Problems = problems,
        };
        await journal.FinishAsync(result, CancellationToken.None);
        return result;
    }

    /// <summary>
    /// Takes the rows back, and what the run had taken out of quarantine goes in again. It is there before the rows are
    /// gone, so that a crash in between loses no record.
    /// </summary>
    private static async Task<IReadOnlyList<UndoneTable>> UndoAsync(
        IDestination destination, UndoPlan plan, RunRecord run, RunJournal journal, CancellationToken cancellationToken)
    {
        var quarantine = journal.SettledQuarantine;
        await quarantine.ReopenAsync(run.Id, cancellationToken);
        try
        {
            var tables = await destination.Undoing().UndoAsync(plan, cancellationToken);
            await quarantine.UndoneAsync(run.Id, run.Result.Kind == RunKind.Undo, tables.All(table => table.Left == 0));
            return tables;
        }
        catch (Exception nothing) when (nothing is OperationCanceledException or TidemarkException { Kind: FailureKind.Usage })
        {
            await quarantine.NotUndoneAsync();
            throw;
        }
    }

    /// <summary>Rows that are no longer what their record says: somebody has changed them by other means.</summary>
    private static async Task<Dictionary<string, IReadOnlyList<ChangedRow>>> ChangedRowsAsync(
        IDestination destination, RunRecord run, RunJournal journal, CancellationToken cancellationToken)
    {
        var changed = new Dictionary<string, IReadOnlyList<ChangedRow>>(StringComparer.Ordinal);
        foreach (var table in await destination.Undoing().UndoableAsync(run.Pipeline, run.Id, cancellationToken))
        {
            if (!table.KeepsRaw)
            {
                await journal.LogAsync(
                    RunLogLevel.Warning, table.Stream.Name,
                    "The records are not kept (raw: false), so nobody can tell whether rows were changed by hand since.", cancellationToken);
                continue;
            }

            var rows = new List<ChangedRow>();
            await foreach (var row in new TableComparison(destination, table).RowsAsync(run.Id, cancellationToken))
            {
                if (row.Differences.Count > 0) rows.Add(new(row.Key, Column: null));
                rows.AddRange(row.Overwritten.Select(column => new ChangedRow(row.Key, column)));
            }

            if (rows.Count > 0) changed[table.Stream.Name] = rows;
        }

        return changed;
    }

    private static async Task TellAsync(UndoneTable table, RunJournal journal, List<Problem> problems)
    {
        if (table.Expected != table.Found)
        {
            problems.Add(new("receipt.does_not_fit", table.Stream,
                $"{table.Expected.Rows} rows of {table.Table} were restored, but {table.Found.Rows} read back as they were."));
        }

        if (table.Left == 0) return;
        foreach (var row in table.LeftRows)
            await journal.LogAsync(RunLogLevel.Warning, table.Stream, $"Left as it is: {row.Key}. {row.Reason}", CancellationToken.None);
        problems.Add(new("undo.changed_since", table.Stream,
            string.Create(CultureInfo.InvariantCulture,
                $"{table.Left} rows of {table.Table} were left as they are: {string.Join(" ", table.LeftRows.Take(NamedRows).Select(row => $"{row.Key}: {row.Reason}"))}"),
            "Look at them; the log of this run lists the first hundred."));
    }

    private static StreamFigures Figures(UndoneTable table) => new(table.Stream, table.Table)
    {
        Read = table.Restored + table.BroughtBack + table.Left,
        Updated = table.Restored,
        Created = table.BroughtBack,
        Skipped = table.Left,
        Deleted = table.Removed,
        Receipt = new StreamReceipt(table.Expected, table.Found),
    };
}
