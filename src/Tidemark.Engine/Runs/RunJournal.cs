using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs.Leases;

namespace Tidemark.Engine.Runs;

/// <summary>
/// One run while it runs: keeps its lease alive, writes down what it does and hears when it is to stop. Safe to use
/// from the run's streams at once. Disposing without <see cref="FinishAsync"/> marks the run failed with
/// <c>run.interrupted</c>.
/// </summary>
public sealed class RunJournal : IAsyncDisposable
{
    internal const string LeaseLostCode = "run.lease_lost";

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private readonly CatalogDatabase _database;
    private readonly TimeProvider _clock;
    private readonly RunSamples? _samples;
    private readonly RunLog _log;
    private readonly StepList _known = new();
    private readonly StepSpans _spans = new();
    private readonly CancellationTokenSource _leaseLost = new();
    private readonly CancellationTokenSource _cancelRequested = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _heartbeat;
    private readonly RunRecord _run;
    private readonly bool _byWorker;
    private RunResult _last;
    private RunProgress? _news;
    private int _steps;
    private bool _isFinished;
    private bool _isDisposed;

    /// <param name="database">Database of the run's record.</param>
    /// <param name="clock">Where "now" comes from.</param>
    /// <param name="run">The run, which has just been claimed.</param>
    /// <param name="byWorker">Whether a worker claimed it.</param>
    /// <param name="samples">Keeps the samples of its plan; null to keep none.</param>
    internal RunJournal(CatalogDatabase database, TimeProvider clock, RunRecord run, bool byWorker, RunSamples? samples)
    {
        (_database, _clock, _run, _byWorker, _last, _samples) = (database, clock, run, byWorker, run.Result, samples);
        (LeaseLost, CancelRequested) = (_leaseLost.Token, _cancelRequested.Token);
        _log = new RunLog(database, clock, Run);
        _database.Hear(Hear);
        _heartbeat = Task.Run(BeatAsync);
    }

    /// <summary>Id, e.g. <c>r-20261122-101530-0a1b2c</c>; sorts by time.</summary>
    public string Run => _run.Id;

    public string Pipeline => _run.Pipeline;

    public WriteMode Mode => _run.Result.Mode;

    /// <summary>What the run was asked for.</summary>
    public RunRequest Request => _run.Request;

    /// <summary>Who and what started the run.</summary>
    public RunOrigin Origin => _run.Origin;

    /// <summary>The run as it was claimed; its end is written over this.</summary>
    public RunResult Begun => _run.Result;

    public DateTimeOffset StartedAt => _run.StartedAt;

    /// <summary>Cancelled when another process has taken the run's lease: the run must stop writing at once.</summary>
    public CancellationToken LeaseLost { get; }

    /// <summary>Cancelled within a second after somebody asked the run to stop.</summary>
    public CancellationToken CancelRequested { get; }

    /// <summary>
    /// Begins a step (status running), or ends the latest one of this name and stream that runs. A step that never
    /// began is written as one that took no time.
    /// </summary>
    public async Task StepAsync(
        string name, string? stream, StepStatus status, string? detail, CancellationToken cancellationToken)
    {
        var noted = _clock.GetUtcNow();
        _spans.Note(name, stream, status);
        await _database.WriteAsync(async connection =>
        {
            var values = new
            {
                Run,
                name,
                stream,
                status = status.ToString().ToLowerInvariant(),
                detail = detail is null ? null : CatalogText.Encode(detail),
                now = noted.ToUnixTimeMilliseconds(),
                end = status == StepStatus.Running ? (long?)null : noted.ToUnixTimeMilliseconds(),
            };
            if (status != StepStatus.Running && await connection.ExecuteAsync("""
                UPDATE run_steps SET status = @status, detail = coalesce(@detail, detail), finished_at = @now
                WHERE run = @Run AND seq = (SELECT max(seq) FROM run_steps
                    WHERE run = @Run AND name = @name AND stream IS NOT DISTINCT FROM @stream AND status = 'running')
                """, values) > 0)
                return;

            await connection.ExecuteAsync("""
                INSERT INTO run_steps (run, seq, name, stream, status, detail, started_at, finished_at)
                VALUES (@Run, @seq, @name, @stream, @status, @detail, @now, @end)
                """, new
            {
                values.Run,
                seq = Interlocked.Increment(ref _steps),
                values.name,
                values.stream,
                values.status,
                values.detail,
                values.now,
                values.end,
            });
        }, cancellationToken);
        _known.Note(name, stream, status, detail, noted);
        OnStep?.Invoke();
    }

    /// <summary>The steps so far.</summary>
    internal IReadOnlyList<RunStep> Steps => _known.Now;

    /// <summary>Called when a step begins or ends.</summary>
    internal Action? OnStep { get; set; }

    /// <summary>Called when the run waits for another process that writes to the catalog.</summary>
    internal Action<Wait>? OnWait { get; set; }

    /// <summary>Called with every line of the log as it comes.</summary>
    internal Action<RunLogLine>? OnLine
    {
        set => _log.OnLine = value;
    }

    /// <summary>
    /// Adds a line to the run's log: at most 10,000 lines of 4,000 letters; the last line says that the log is full. Lines are
    /// durable within a second and when the run finishes.
    /// </summary>
    public Task LogAsync(RunLogLevel level, string? stream, string message, CancellationToken cancellationToken) =>
        _log.AddAsync(level, stream, message, cancellationToken);

    /// <summary>Adds a line like <see cref="LogAsync"/>, from where nobody can wait.</summary>
    public void Log(RunLogLevel level, string? stream, string message) => _log.Add(level, stream, message);

    /// <summary>The quarantine of a stream, as this run sees it.</summary>
    internal StreamQuarantine QuarantineOf(string stream) => new(_database, _clock, Pipeline, stream, Run);

    /// <summary>What earlier runs took out of quarantine, as this one sees it, which undoes one of them.</summary>
    internal SettledQuarantine SettledQuarantine => new(_database, Pipeline, Run);

    /// <summary>
    /// Publishes the current figures within about a second. Neither waits nor fails, so that progress cannot hold up a
    /// run. Nobody may change <paramref name="progress"/> afterwards.
    /// </summary>
    public void Progress(RunProgress progress) => Volatile.Write(ref _news, progress);

    /// <summary>Writes the end of the run and lets its subject go.</summary>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c> (transient): another process has meanwhile marked this
    /// run as interrupted, and its word stands.</exception>
    public async Task FinishAsync(RunResult result, CancellationToken cancellationToken)
    {
        if (result.Run != Run)
            throw new ArgumentException($"The result is one of {result.Run}, not of {Run}.", nameof(result));
        await _log.FlushAsync(cancellationToken);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!await SettleAsync(result, cancellationToken))
            {
                throw new TidemarkException(FailureKind.Transient, LeaseLostCode,
                    $"The run {Run} lost its lease on {Pipeline} and was marked as interrupted.")
                {
                    Hint = "Run the pipeline again: it resumes from its checkpoint.",
                };
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whether a run that is stopped from outside waits in the queue again, for the next worker.</summary>
    internal bool CanHandBack => _byWorker && Request.IsRepeatable && !CancelRequested.IsCancellationRequested;

    /// <summary>Ends the run as interrupted because its worker stops. It waits in the queue again, as the same attempt.</summary>
    internal async Task<RunResult> HandBackAsync(IReadOnlyList<StreamFigures> streams)
    {
        await _log.FlushAsync(CancellationToken.None);
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            Volatile.Write(ref _news, new(streams, null));
            return await InterruptAsync("Its worker was stopped.", _run.Attempt);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _database.HearNoMore(Hear);
        await _stopping.CancelAsync();
#pragma warning disable VSTHRD003 // Started by the constructor, on no context that could wait for this one.
        await _heartbeat;
#pragma warning restore VSTHRD003
        try
        {
            await _log.FlushAsync(CancellationToken.None);
            if (!_isFinished) await InterruptAsync("The run ended without a result.", _run.Attempt + 1);
        }
        catch (Exception refused) when (IsOfTheCatalog(refused))
        {
            // An exception here would hide the one that ended the run. The lease runs out, and reconciling settles it.
        }

        _spans.Dispose();
        _log.Dispose();
        _writing.Dispose();
        _stopping.Dispose();
        _leaseLost.Dispose();
        _cancelRequested.Dispose();
    }

    private void Hear(Wait wait) => OnWait?.Invoke(wait);

    private async Task BeatAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(BeatEvery, _clock);
            var holdsUntil = StartedAt + Lease.Term;
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    if (holdsUntil - _clock.GetUtcNow() <= Lease.Term - Lease.RenewEvery)
                    {
                        var now = _clock.GetUtcNow();
                        if (!await RenewAsync(now)) return;
                        holdsUntil = now + Lease.Term;
                    }

                    if (!await ListenAsync()) return;
                    await _log.FlushAsync(_stopping.Token);
                    await FlushProgressAsync();
                }
                catch (Exception refused) when (IsOfTheCatalog(refused) && _clock.GetUtcNow() < holdsUntil)
                {
                    // Locked for long, or the disk is full: the lease still holds, so the next beat tries again.
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The run is over.
        }
        finally
        {
            // However this ended while the run goes on: nobody renews the lease any more.
            if (!_stopping.IsCancellationRequested && !_isFinished) await _leaseLost.CancelAsync();
        }
    }

    private Task<bool> RenewAsync(DateTimeOffset now) =>
        _database.WriteAsync(connection => Lease.RenewAsync(connection, Run, now), _stopping.Token);

    /// <summary>Hears of a request to stop. False where the lease is gone.</summary>
    private async Task<bool> ListenAsync()
    {
        var isCancelled = await _database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<long?>("""
            SELECT runs.cancel_requested FROM runs JOIN leases ON leases.run = runs.id WHERE runs.id = @Run
            """, new { Run }), _stopping.Token);
        if (isCancelled == 1) await _cancelRequested.CancelAsync();
        return isCancelled is not null;
    }

    private async Task FlushProgressAsync()
    {
        await _writing.WaitAsync(_stopping.Token);
        try
        {
            if (_isFinished || Volatile.Read(ref _news) is not { } news) return;
            _last = _last with { Streams = news.Streams, Waits = news.Waits };
            var progress = _last with { Seconds = (_clock.GetUtcNow() - StartedAt).TotalSeconds };
            await _database.WriteAsync(
                connection => RunRow.UpdateAsync(connection, progress, RunStatus.Running, finishedAt: null), _stopping.Token);
            Interlocked.CompareExchange(ref _news, null, news); // later news waits for the next beat
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<bool> SettleAsync(RunResult result, CancellationToken cancellationToken)
    {
        var isSettled = await _database.WriteAsync(connection => SettleAsync(connection, result), cancellationToken);
        if (isSettled) _isFinished = true;
        return isSettled;
    }

    private async Task<bool> SettleAsync(DbConnection connection, RunResult result)
    {
        if (!await RunRow.UpdateAsync(connection, result, RunStatus.Running, _clock.GetUtcNow())) return false;
        await connection.ExecuteAsync(
            "UPDATE run_steps SET status = 'failed', finished_at = @now WHERE run = @Run AND status = 'running'",
            new { Run, now = Now() });
        if (_samples is not null) await _samples.KeepAsync(connection, result);
        await Lease.ReleaseAsync(connection, Run);
        return true;
    }

    /// <summary>Ends the run as interrupted, and queues it again where a worker had claimed it.</summary>
    private async Task<RunResult> InterruptAsync(string how, int nextAttempt)
    {
        var ended = Failed();
        await _database.WriteAsync(async connection =>
        {
            // Settled first: where another process has done so, it has queued the run again too.
            if (!await SettleAsync(connection, ended)) return;
            var now = _clock.GetUtcNow();
            var run = await RunRow.GetAsync(connection, Run);
            var again = _byWorker ? await Interruption.RepeatAsync(connection, run, nextAttempt, now) : null;
            ended = ended with { Problems = [Interruption.Problem(run, how, again)] };
            await RunRow.UpdateAsync(connection, ended, RunStatus.Failed, now);
        }, CancellationToken.None);
        _isFinished = true;
        return ended;
    }

    /// <summary>The run as failed, with the latest figures.</summary>
    private RunResult Failed() => _last with
    {
        Status = RunStatus.Failed,
        Streams = Volatile.Read(ref _news)?.Streams ?? _last.Streams,
        Waits = _last.Waits is { } waits ? waits with { For = null } : null,
        Seconds = (_clock.GetUtcNow() - StartedAt).TotalSeconds,
    };

    private static bool IsOfTheCatalog(Exception refused) => refused is DbException or TidemarkException;

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
