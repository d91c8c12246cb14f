using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling.Backfilling;

/// <summary>
/// Ranges of time that are read again. Each window is a run of its own, which can be looked at and undone; the next one begins when it has
/// succeeded. Where one does not, the backfill stops, and goes on from there when somebody resumes it.
/// </summary>
public sealed class Backfills
{
    /// <summary>The most windows that a backfill has.</summary>
    public const int MaxWindows = 1000;

    /// <summary>The shortest window.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);

    private readonly CatalogDatabase _database;
    private readonly DefinitionCatalog _definitions;
    private readonly Connections _connections;
    private readonly RunRequests _requests;
    private readonly RunQueue _queue;
    private readonly TimeProvider _clock;

    internal Backfills(CatalogDatabase database, DefinitionCatalog definitions, Connections connections, RunRequests requests, RunQueue queue, TimeProvider clock) =>
        (_database, _definitions, _connections, _requests, _queue, _clock) = (database, definitions, connections, requests, queue, clock);

    /// <summary>Stores a backfill; its first window begins with <see cref="NextAsync"/>, or by a server.</summary>
    /// <param name="wanted">The range and its pipeline.</param>
    /// <param name="origin">Who and what asks.</param>
    /// <param name="cancellationToken">Nothing is stored where it throws.</param>
    /// <exception cref="TidemarkException">Usage: <c>pipeline.unknown</c>, <c>stream.unknown</c>, <c>backfill.range_invalid</c>,
    /// <c>backfill.window_invalid</c>, <c>backfill.no_range</c>. Settings that do not fit; what the source throws.</exception>
    public async Task<Backfill> StartAsync(NewBackfill wanted, RunOrigin origin, CancellationToken cancellationToken)
    {
        var pipeline = await _definitions.PipelineAsync(wanted.Pipeline, cancellationToken);
        var windows = Windows(wanted);
        var streams = await StreamsAsync(pipeline, wanted.Streams, cancellationToken);
        return await _database.WriteAsync(async connection =>
        {
            var now = await _queue.NowAsync(connection);
            var id = CatalogId.New('b', now);
            var made = new Backfill(id, pipeline.Name, streams, windows[0].From, windows[^1].To, windows) { MadeBy = origin.Actor, MadeAt = now, Trigger = origin.Trigger };
            await BackfillTable.InsertAsync(connection, made);
            return await BackfillTable.GetAsync(connection, id);
        }, cancellationToken);
    }

    /// <summary>The backfills, the latest first.</summary>
    /// <param name="pipelines">Only of these pipelines; empty for all.</param>
    /// <param name="before">Only those before this one; null from the latest on.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    public Task<IReadOnlyList<Backfill>> ListAsync(
        IReadOnlyList<string> pipelines, (DateTimeOffset At, string Id)? before, int limit, CancellationToken cancellationToken)
    {
        var values = new DynamicParameters(new { at = before?.At.ToUnixTimeMilliseconds(), before?.Id, limit });
        var condition = OneOf.Condition("pipeline", pipelines, values) + (before is null ? "" : " AND (made_at < @at OR (made_at = @at AND id < @Id))");
        return _database.ReadAsync(connection => BackfillTable.ReadAsync(connection, condition, values), cancellationToken);
    }

    /// <summary>One backfill.</summary>
    /// <param name="id">Full id.</param>
    /// <param name="cancellationToken">Looked at before reading.</param>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c> (usage).</exception>
    public Task<Backfill> GetAsync(string id, CancellationToken cancellationToken) =>
        _database.ReadAsync(connection => BackfillTable.GetAsync(connection, id), cancellationToken);

    /// <summary>The run of the next window, put in the queue where it is not there yet; null where none is due: all are done, or it has stopped.</summary>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c>, <c>pipeline.unknown</c> (usage).</exception>
    public async Task<RunRecord?> NextAsync(string id, CancellationToken cancellationToken)
    {
        var known = await GetAsync(id, cancellationToken);
        if (known is not { Status: BackfillStatus.Open, Next: { } due }) return null;
        var request = new BackfillRun(known.Pipeline, new(due.From, due.To)) { Streams = known.Streams };
        var run = await _requests.NewAsync(request, new(known.Trigger, known.MadeBy), cancellationToken);
        var started = await _database.WriteAsync(async connection =>
        {
            var backfill = await BackfillTable.GetAsync(connection, id);
            if (backfill is not { Status: BackfillStatus.Open, Next: { } next }) return null;
            if (next.Run is { } there) return await RunRow.GetAsync(connection, there);
            if (next.Number != due.Number) return null;
            var now = await _queue.NowAsync(connection);
            var added = await RunRow.InsertAsync(connection, run, now, now);
            await connection.ExecuteAsync("UPDATE backfill_windows SET run = @run WHERE backfill = @id AND number = @number", new { run = added.Id, id, number = (long)next.Number });
            return added;
        }, cancellationToken);
        if (started is { Status: RunStatus.Queued }) _queue.Signal.Set();
        return started;
    }

    /// <summary>Puts the run of the next window in the queue, where one is due.</summary>
    /// <returns>How the backfill stands then.</returns>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c>, <c>pipeline.unknown</c> (usage).</exception>
    public async Task<Backfill> GoOnAsync(string id, CancellationToken cancellationToken)
    {
        await NextAsync(id, cancellationToken);
        return await GetAsync(id, cancellationToken);
    }

    /// <summary>Lets a backfill that has stopped, or was cancelled, go on with the window that did not succeed.</summary>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c>, <c>backfill.ended</c> (usage).</exception>
    public Task<Backfill> ResumeAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, async (connection, backfill) =>
    {
        await connection.ExecuteAsync("UPDATE backfills SET cancelled_at = NULL WHERE id = @Id", new { backfill.Id });
        if (backfill.Next is { Status: not (null or RunStatus.Queued or RunStatus.Running) } window)
            await connection.ExecuteAsync("UPDATE backfill_windows SET run = NULL WHERE backfill = @Id AND number = @number", new { backfill.Id, number = (long)window.Number });
    }, cancellationToken);

    /// <summary>Ends a backfill: no further window begins. A run that goes on is not stopped.</summary>
    /// <exception cref="TidemarkException"><c>backfill.unknown</c>, <c>backfill.ended</c> (usage).</exception>
    public Task<Backfill> CancelAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, (connection, backfill) =>
        connection.ExecuteAsync("UPDATE backfills SET cancelled_at = @now WHERE id = @Id", new { now = _clock.GetUtcNow().ToUnixTimeMilliseconds(), backfill.Id }), cancellationToken);

    /// <summary>Those whose next window has no run yet.</summary>
    internal Task<IReadOnlyList<(string Id, string Pipeline)>> DueAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(BackfillTable.DueAsync, cancellationToken);

    private async Task<Backfill> ChangeAsync(string id, Func<DbConnection, Backfill, Task> change, CancellationToken cancellationToken)
    {
        var changed = await _database.WriteAsync(async connection =>
        {
            var backfill = await BackfillTable.GetAsync(connection, id);
            if (backfill.Status == BackfillStatus.Done) throw new TidemarkException(FailureKind.Usage, "backfill.ended", $"Every window of {backfill.Id} is done.");
            await change(connection, backfill);
            return await BackfillTable.GetAsync(connection, backfill.Id);
        }, cancellationToken);
        _queue.Signal.Set();
        return changed;
    }

    private List<BackfillWindow> Windows(NewBackfill wanted)
    {
        var (from, to) = (Second(wanted.From), Second(wanted.To));
        if (from >= to || to > _clock.GetUtcNow() || from < DateTimeOffset.UnixEpoch)
        {
            throw new TidemarkException(FailureKind.Usage, "backfill.range_invalid", "A range begins before it ends, from 1970 on, and ends now at the latest.")
            {
                Hint = "Its end is the first moment that is not in it.",
            };
        }

        var window = wanted.Window;
        if (window < MinWindow || (to - from) / window > MaxWindows)
        {
            throw new TidemarkException(FailureKind.Usage, "backfill.window_invalid",
                $"A window is a minute at least, and a range has at most {MaxWindows} of them.");
        }

        var windows = new List<BackfillWindow>();
        for (var begin = from; begin < to; begin = windows[^1].To)
            windows.Add(new(windows.Count + 1, begin, to - begin > window ? begin + window : to, null, null));
        return windows;
    }

    // Sources count in seconds.
    private static DateTimeOffset Second(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    /// <summary>The streams that are read: those asked for, or all of the pipeline that can be.</summary>
    private async Task<IReadOnlyList<string>> StreamsAsync(PipelineDefinition pipeline, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        await using var source = _connections.OpenSource(await _definitions.Sources.FindAsync(pipeline.Source, cancellationToken), problems)
            ?? throw TidemarkException.ForAll(problems);
        var known = (await source.DiscoverAsync(cancellationToken)).Select(stream => stream.Name).ToList();
        var names = (wanted.Count > 0 ? wanted : pipeline.Streams.Count > 0 ? pipeline.Streams : known).Distinct(StringComparer.Ordinal).ToList();
        if (names.Find(name => !known.Contains(name)) is { } unknown)
            throw new TidemarkException(FailureKind.Usage, "stream.unknown", $"There is no stream {unknown}.") { Hint = NearestName.Hint(unknown, known) };
        var able = names.FindAll(name => source.RangeOf(name) is not null);
        var lacking = names.Except(able, StringComparer.Ordinal).ToList();
        if (able.Count > 0 && (wanted.Count == 0 || lacking.Count == 0)) return able;
        throw new TidemarkException(FailureKind.Usage, "backfill.no_range", $"The source cannot be asked for a range of time of {(lacking.Count > 0 ? string.Join(", ", lacking) : "anything")}.")
        {
            Hint = able.Count > 0 ? $"It can for {string.Join(", ", able)}; read the others whole." : "Read them whole.",
            Next = new(NextAct.ReadEverything, pipeline.Name),
        };
    }
}
