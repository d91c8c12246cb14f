using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Alerts;

/// <summary>
/// Finds what is news: runs whose end no look has dealt with, whichever process made it, and states that last. A run is dealt with in one transaction with
/// what is told of it, so that each end is news once, over all servers and whatever crashes.
/// </summary>
internal sealed class AlertWatch(CatalogDatabase database, DefinitionCatalog definitions, RunStore runs, TimeProvider clock)
{
    private const int AtOnce = 50;
    private const int History = 40;
    private const string News = "alerted <> status AND status NOT IN ('queued', 'running')";

    /// <summary>Deals with every run that has ended.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        // Nearly always there is nothing to do, and looking takes no lock.
        while (await database.ReadAsync(connection => connection.ExecuteScalarAsync<string?>($"SELECT id FROM runs WHERE {News} LIMIT 1"), cancellationToken) is not null)
            await database.WriteAsync(DealAsync, cancellationToken);
    }

    /// <summary>Looks at the states that last: pipelines that are late, runs that wait for approval.</summary>
    public async Task LookAtStatesAsync(CancellationToken cancellationToken)
    {
        if (!(await database.ReadAsync(AlertRule.AllAsync, cancellationToken)).Any(rule => rule.Definition.Events.Any(IsState))) return;
        // What is read while the lock is held stays true until it is written.
        await database.WriteAsync(async connection =>
        {
            var (rules, labels, now) = (await AlertRule.AllAsync(connection), await LabelsAsync(connection), clock.GetUtcNow());
            var proven = await runs.ProvenAsync(cancellationToken);
            var late = (await definitions.ScheduledAsync(cancellationToken))
                .Select(pipeline => Lateness.Of(pipeline, proven.TryGetValue(pipeline.Definition.Name, out var at) ? at : null, now)).OfType<Happening>().ToList();
            foreach (var happening in late) await AddAsync(connection, rules, happening, labels, since: now);
            await EndLateAsync(connection, [.. late.Select(happening => happening.Said.Pipeline)], now);
            foreach (var run in await runs.ListAsync(int.MaxValue, new() { Statuses = [RunStatus.Parked] }, cancellationToken))
                await AddAsync(connection, rules, RunHappenings.StillParked(run, now), labels, since: run.FinishedAt ?? now);
        }, cancellationToken);

        static bool IsState(AlertEvent what) => what is AlertEvent.Late or AlertEvent.Parked;
    }

    private async Task<bool> DealAsync(DbConnection connection)
    {
        var rules = await AlertRule.AllAsync(connection);
        if (rules.Count == 0)
        {
            await connection.ExecuteAsync($"UPDATE runs SET alerted = status WHERE {News}");
            return true;
        }

        var labels = await LabelsAsync(connection);
        var ended = (await connection.QueryAsync<RunRow>($"SELECT {RunRow.Columns} FROM runs WHERE {News} ORDER BY finished_at, id LIMIT {AtOnce}")).ToList();
        foreach (var run in ended.Select(row => row.ToRecord()))
        {
            await DealAsync(connection, run, rules, labels(run.Pipeline));
            await connection.ExecuteAsync("UPDATE runs SET alerted = status WHERE id = @Id", new { run.Id });
        }

        return true;
    }

    private static async Task DealAsync(DbConnection connection, RunRecord run, IReadOnlyList<AlertRule> rules, IReadOnlyList<string> labels)
    {
        var at = run.FinishedAt ?? run.StartedAt;
        if (run.Status != RunStatus.Parked) await AlertTable.EndParkedAsync(connection, run.Id, at);
        var isRepeated = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM runs WHERE repeats = @Id", new { run.Id }) > 0;
        if (!RunHappenings.Counts(run, isRepeated)) return;
        var quarantined = await QuarantineCatalog.CountAsync(connection, run.Pipeline);
        var open = await AlertTable.OpenAsync(connection, run.Pipeline, RunHappenings.WorkOf(run.Result));
        var full = await AlertTable.OpenAsync(connection, run.Pipeline, "quarantine");
        IReadOnlyList<RunRecord>? earlier = null;
        foreach (var rule in rules)
        {
            if (run.Result.BringsIntoStep && quarantined <= rule.Definition.Over) await AlertTable.EndAsync(connection, full.Where(alert => alert.Rule == rule.Definition.Name), at);
            if (at < rule.Since || !rule.Definition.IsFor(run.Pipeline, labels)) continue;
            if (RunHappenings.Problem(run, rule.Definition, quarantined) is { } problem) await AlertTable.AddAsync(connection, rule.Definition, problem);
            if (rule.Definition.Events.Contains(AlertEvent.Volume) && run.Result.BringsIntoStep && run.Status is RunStatus.Succeeded or RunStatus.Partial)
            {
                earlier ??= await EarlierAsync(connection, run);
                if (RunHappenings.Volume(run, earlier) is { } odd) await AlertTable.AddAsync(connection, rule.Definition, odd);
            }

            if (run.Status != RunStatus.Succeeded) continue;
            var told = open.Where(alert => alert.ToldAt is not null && (alert.Rule == rule.Definition.Name || !rule.TellsProblems));
            if (rule.Definition.Events.Contains(AlertEvent.Recovered) && told.Any()) await AlertTable.AddAsync(connection, rule.Definition, RunHappenings.Recovered(run));
            else if (rule.Definition.Events.Contains(AlertEvent.Completed)) await AlertTable.AddAsync(connection, rule.Definition, RunHappenings.Completed(run));
        }

        if (run.Status == RunStatus.Succeeded) await AlertTable.EndAsync(connection, open.Where(alert => alert.Said.Event != AlertEvent.Parked), at);
    }

    private static async Task AddAsync(
        DbConnection connection, IReadOnlyList<AlertRule> rules, Happening happening, Func<string, IReadOnlyList<string>> labels, DateTimeOffset since)
    {
        foreach (var rule in rules.Where(rule => since >= rule.Since && rule.Tells(happening.Said.Event, happening.Said.Pipeline, labels(happening.Said.Pipeline))))
            await AlertTable.AddAsync(connection, rule.Definition, happening);
    }

    /// <summary>A pipeline that nothing wants any more is late no longer. One that was proven meanwhile is dealt with by its run.</summary>
    private static async Task EndLateAsync(DbConnection connection, IReadOnlyCollection<string> late, DateTimeOffset now)
    {
        var open = await connection.QueryAsync<(long Id, string Pipeline)>(
            $"SELECT id, pipeline FROM alerts WHERE event = 'late' AND over_at IS NULL AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.pipeline = alerts.pipeline AND {News})");
        foreach (var (id, _) in open.Where(alert => !late.Contains(alert.Pipeline)))
            await connection.ExecuteAsync("UPDATE alerts SET over_at = @at WHERE id = @id", new { id, at = now.ToUnixTimeMilliseconds() });
    }

    private static async Task<IReadOnlyList<RunRecord>> EarlierAsync(DbConnection connection, RunRecord run) =>
        [.. (await connection.QueryAsync<RunRow>($"""
            SELECT {RunRow.Columns} FROM runs WHERE pipeline = @Pipeline AND status = 'succeeded' AND started_at < @started ORDER BY started_at DESC, id DESC LIMIT {History}
            """, new { run.Pipeline, started = run.StartedAt.ToUnixTimeMilliseconds() })).Select(row => row.ToRecord())];

    private static async Task<Func<string, IReadOnlyList<string>>> LabelsAsync(DbConnection connection)
    {
        var bodies = await connection.QueryAsync<string>("SELECT body FROM definitions WHERE kind = 'pipeline'");
        var labels = bodies.Select(DefinitionJson.Read<PipelineDefinition>).ToDictionary(pipeline => pipeline.Name, pipeline => pipeline.Labels, StringComparer.Ordinal);
        return pipeline => labels.GetValueOrDefault(pipeline) ?? [];
    }
}
