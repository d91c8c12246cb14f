using System.Diagnostics;
using Dapper;
using Shouldly;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

/// <summary>What the queue promises over processes, whatever database the catalog is in.</summary>
public abstract class RunQueuePromises : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TestFolder _folder = new();

    protected string Folder => _folder.Path;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What another process opens the catalog by.</summary>
    protected abstract string Address { get; }

    public virtual void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task P8_two_processes_carry_a_thousand_queued_runs_out_each_once()
    {
        var catalog = await QueueWorkerProcess.OpenAsync(Address, Stop);
        var pipelines = await FillAsync(catalog, 1000);

        using var one = QueueWorkerProcess.Start(Address, Log("one"));
        using var other = QueueWorkerProcess.Start(Address, Log("other"));
        await UntilEmptyAsync(catalog, one, other);
        await EndAsync(one, other);

        var runs = await new RunStore(catalog, TimeProvider.System).ListAsync(int.MaxValue, new(), Stop);
        runs.Select(run => run.Pipeline).ShouldBe(pipelines, ignoreOrder: true);
        runs.ShouldAllBe(run => run.Status == RunStatus.Succeeded && run.Attempt == 1);
        Begun("one", "other").ShouldBe(runs.Select(run => run.Id), ignoreOrder: true);
        Begun("one").ShouldNotBeEmpty();
        Begun("other").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("one")]
    [InlineData("other")]
    public async Task P8_the_runs_of_a_worker_that_is_killed_are_carried_out_by_the_other(string victim)
    {
        var catalog = await QueueWorkerProcess.OpenAsync(Address, Stop);
        var pipelines = await FillAsync(catalog, 200);
        using var one = QueueWorkerProcess.Start(Address, Log("one"));
        using var other = QueueWorkerProcess.Start(Address, Log("other"));
        var killed = victim == "one" ? one : other;

        await UntilAsync(() => Task.FromResult(Begun(victim).Count >= 10), one, other);
        // Between two runs it has none in hand: it is halted until it has.
        await UntilAsync(async () =>
        {
            await SignalAsync(killed, "STOP");
            if (await InHandAsync(catalog, killed.Id) > 0) return true;
            await SignalAsync(killed, "CONT");
            return false;
        }, one, other);
        killed.Kill();
        await killed.WaitForExitAsync(Stop);
        await UntilEmptyAsync(catalog, victim == "one" ? other : one);
        await EndAsync(one, other);

        var runs = await new RunStore(catalog, TimeProvider.System).ListAsync(int.MaxValue, new(), Stop);
        runs.Where(run => run.Status == RunStatus.Succeeded).Select(run => run.Pipeline).ShouldBe(pipelines, ignoreOrder: true);
        var lost = runs.Where(run => run.Status != RunStatus.Succeeded).ToList();
        lost.ShouldNotBeEmpty("it had runs in hand");
        lost.ShouldAllBe(run => run.Result.Problems.Single().Code == "run.interrupted");
        runs.Select(run => run.Repeats).OfType<string>().ShouldBe(lost.Select(run => run.Id), ignoreOrder: true);
        Begun("one", "other").ShouldBeUnique();
    }

    private static Task<long> InHandAsync(CatalogDatabase catalog, int process) =>
        catalog.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM leases WHERE pid = @process", new { process }), Stop);

    private static async Task SignalAsync(Process process, string signal)
    {
        using var sent = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await sent.WaitForExitAsync(Stop);
    }

    private string Log(string worker) => Path.Combine(Folder, worker);

    /// <summary>Ids of the runs that workers have begun.</summary>
    private List<string> Begun(params string[] workers) =>
        [.. workers.Select(Log).Where(File.Exists).SelectMany(QueueWorkerProcess.ReadLog)];

    private static async Task<List<string>> FillAsync(CatalogDatabase catalog, int count)
    {
        var queue = new RunQueue(catalog, TimeProvider.System);
        var pipelines = Enumerable.Range(0, count).Select(number => $"p{number}").ToList();
        foreach (var pipeline in pipelines)
            await queue.AddAsync(new(new SyncRun(pipeline), new(RunTrigger.Schedule, null), WriteMode.Merge), null, Stop);
        return pipelines;
    }

    private static Task UntilEmptyAsync(CatalogDatabase catalog, params Process[] workers) => UntilAsync(async () =>
    {
        await using var connection = await catalog.ConnectAsync(Stop);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM runs WHERE status IN ('queued', 'running')") == 0;
    }, workers);

    private static async Task UntilAsync(Func<Task<bool>> isSo, params Process[] workers)
    {
        var waited = Stopwatch.StartNew();
        while (!await isSo())
        {
            waited.Elapsed.ShouldBeLessThan(Patience);
            workers.ShouldAllBe(worker => !worker.HasExited, "A worker ended by itself.");
            await Task.Delay(100, Stop);
        }
    }

    private static async Task EndAsync(params Process[] workers)
    {
        foreach (var worker in workers.Where(worker => !worker.HasExited))
        {
            worker.Kill();
            await worker.WaitForExitAsync(Stop);
        }
    }
}

public sealed class SqliteRunQueuePromises : RunQueuePromises
{
    protected override string Address => Path.Combine(Folder, "home");
}

public sealed class PostgresRunQueuePromises : RunQueuePromises
{
    private readonly CatalogSchema _schema = new();

    protected override string Address => _schema.Address;

    public override void Dispose()
    {
        base.Dispose();
        _schema.Dispose();
    }
}
