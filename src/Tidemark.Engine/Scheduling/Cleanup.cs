using System.Data.Common;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Scheduling;

/// <summary>What a clean-up has removed.</summary>
/// <param name="Runs">Runs that lost their steps and logs.</param>
/// <param name="Backups">Names of backups that were kept long enough.</param>
public sealed record CleanedUp(int Runs, IReadOnlyList<string> Backups);

/// <summary>Removes, once a day, steps and logs of old runs, old messages and plans, and backups that their pipelines keep no longer. One of many servers does it.</summary>
public sealed class Cleanup
{
    private const string Entry = "cleanup";

    private static readonly TimeSpan Every = TimeSpan.FromDays(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);

    private readonly CatalogDatabase _database;
    private readonly DefinitionCatalog _definitions;
    private readonly RunHistory _history;
    private readonly DeliveryCatalog _deliveries;
    private readonly Backups _backups;
    private readonly PlanFolder _plans;
    private readonly int _keepDays;
    private readonly TimeProvider _clock;

    internal Cleanup(CatalogDatabase database, DefinitionCatalog definitions, RunHistory history, DeliveryCatalog deliveries, Backups backups, PlanFolder plans, int keepDays, TimeProvider clock)
    {
        (_database, _definitions, _history) = (database, definitions, history);
        (_deliveries, _backups, _plans, _keepDays, _clock) = (deliveries, backups, plans, keepDays, clock);
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, _clock);
        try
        {
            do await TryAsync(stop);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Cleans up where nobody has for a day; null where it is not time yet.</summary>
    internal async Task<CleanedUp?> LookAsync(CancellationToken stop)
    {
        var now = _clock.GetUtcNow();
        if (!await IsDueAsync(now, stop)) return null;
        var runs = _keepDays == 0 ? 0 : await _history.PruneAsync(now - TimeSpan.FromDays(_keepDays), stop);
        if (_keepDays > 0) await _deliveries.PruneAsync(now - TimeSpan.FromDays(_keepDays), stop);
        if (_keepDays > 0) Prune(now - TimeSpan.FromDays(_keepDays));
        var backups = new List<string>();
        foreach (var pipeline in await _definitions.ScheduledAsync(stop)) backups.AddRange(await PruneAsync(pipeline.Definition, stop));
        return new(runs, backups);
    }

    private async Task<bool> IsDueAsync(DateTimeOffset now, CancellationToken stop)
    {
        var mark = await _database.ReadAsync(async connection => (await ScheduleMark.AllAsync(connection))[""].FirstOrDefault(mark => mark.Entry == Entry), stop);
        if (mark is not null && now - mark.Until < Every) return false;
        return await _database.WriteAsync(async connection =>
        {
            if (mark is not null) return await mark.MoveAsync(connection, now);
            // Two servers that start at once find none, and one of them makes it.
            if ((await ScheduleMark.AllAsync(connection))[""].Any()) return false;
            await ScheduleMark.KeepAsync(connection, "", [Entry], now);
            return true;
        }, stop);
    }

    private async Task<IReadOnlyList<string>> PruneAsync(PipelineDefinition pipeline, CancellationToken stop)
    {
        try
        {
            return await _backups.PruneAsync(pipeline, stop);
        }
        catch (Exception refused) when (BackupErrors.IsOfFiles(refused) || refused is TidemarkException)
        {
            return []; // old backups are in nobody's way, and the next one says what is wrong with the folder
        }
    }

    private void Prune(DateTimeOffset before)
    {
        try
        {
            _plans.Prune(before);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Old plans are in nobody's way.
        }
    }

    private async Task TryAsync(CancellationToken stop)
    {
        try
        {
            await LookAsync(stop);
        }
        catch (Exception refused) when (refused is TidemarkException or DbException)
        {
            // The catalog is locked or full just now: tomorrow is another day.
        }
    }
}
