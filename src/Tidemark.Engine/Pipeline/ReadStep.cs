using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>Reads and writes all streams of a run, several at once. A stream that fails does not stop the others.</summary>
internal sealed class ReadStep(SyncPlan plan, ILoad load, RunContext run, TimeProvider clock)
{
    private const string Name = "read";

    // Every batch reports; whoever watches wants it five times a second.
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(200);

    private readonly RunJournal _journal = run.Journal;
    private long _lastReport;

    public async Task RunAsync(IReadOnlyList<StreamLedger> ledgers)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = plan.InOrder ? 1 : plan.StreamsAtOnce,
            CancellationToken = run.Stop,
        };
        await Parallel.ForEachAsync(plan.Streams.Zip(ledgers), options, async (pair, stop) =>
        {
            var (stream, ledger) = pair;
            if (plan.InOrder && ledgers.FirstOrDefault(each => each.HasFailed) is { } failed) await PassOverAsync(ledger, failed, stop);
            else await ReadAsync(stream, ledger, stop);
        });
        run.Report();
    }

    /// <summary>Asks the vendor how many records a full reading has, beside the reading. A number that nobody gives is unknown, and no problem.</summary>
    private async Task CountAsync(string stream, CancellationToken stop)
    {
        try
        {
            if (await plan.Source.EstimateAsync(stream, stop) is not { } records) return;
            run.Expect(stream, records);
            run.Report();
        }
        catch (TidemarkException)
        {
            // The reading will say so where it matters.
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stream has been read.
        }
    }

    private Task PassOverAsync(StreamLedger ledger, StreamLedger failed, CancellationToken stop)
    {
        ledger.Failed(new Problem("stream.not_reached", ledger.Stream, $"It was not read, because {failed.Stream} failed before it.")
        {
            IsTransient = failed.Figures.Error is { IsTransient: true },
        });
        ledger.Ended();
        return _journal.StepAsync(Name, ledger.Stream, StepStatus.Skipped, ledger.Figures.Error?.Message, stop);
    }

    private async Task ReadAsync(StreamPlan stream, StreamLedger ledger, CancellationToken stop)
    {
        ledger.Begin();
        await _journal.StepAsync(Name, ledger.Stream, StepStatus.Running, null, stop);
        try
        {
            await ReadWithinAsync(stream, ledger, stop);
            if (plan.IsStepwise && ledger.IsStaged) await new PublishStep(plan, load, _journal).RequireAsync(ledger, stop);
        }
        catch (TidemarkException failure)
        {
            // The other streams go on; this one says why it did not.
            ledger.Failed(failure);
            await _journal.LogAsync(RunLogLevel.Error, ledger.Stream, $"{failure.Code}: {failure.Message}", stop);
        }
#pragma warning disable CA1031 // A defect of ours ends the stream as honestly as anything else does, and no other stream.
        catch (Exception defect) when (defect is not OperationCanceledException)
#pragma warning restore CA1031
        {
            ledger.Failed(RunShell.Defect(defect, ledger.Stream));
            await _journal.LogAsync(RunLogLevel.Error, ledger.Stream, $"defect.unexpected: {defect.GetType().Name} {defect.StackTrace}", stop);
        }

        ledger.Ended();
        var end = ledger.HasFailed ? StepStatus.Failed : StepStatus.Done;
        await _journal.StepAsync(Name, ledger.Stream, end, ledger.Figures.Error?.Message, stop);
    }

    private async Task ReadWithinAsync(StreamPlan stream, StreamLedger ledger, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(stream.TimeLimit ?? Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        using var isRead = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task? counting = null;
        try
        {
            await new StreamSync(plan, load, _journal, clock).RunAsync(stream.Table, ledger, Wrote, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new TidemarkException(FailureKind.Transient, "stream.time_limit",
                string.Create(CultureInfo.InvariantCulture, $"Reading {ledger.Stream} took more than {stream.TimeLimit!.Value.TotalSeconds} s."))
            {
                Hint = "Run again: it resumes from the last checkpoint. Or raise time_limit of the stream.",
            };
        }
        finally
        {
            await isRead.CancelAsync();
            if (counting is not null) await counting;
        }

        void Wrote()
        {
            run.CountBatch();
            if (run.WantsTotals && ledger.Figures.IsFull) counting ??= CountAsync(ledger.Stream, isRead.Token);
            Report();
        }
    }

    private void Report()
    {
        var last = Interlocked.Read(ref _lastReport);
        if (clock.GetElapsedTime(last) < ReportEvery) return;
        if (Interlocked.CompareExchange(ref _lastReport, clock.GetTimestamp(), last) == last) run.Report();
    }
}
