using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>Where a process is killed.</summary>
/// <param name="Events">How many begins and ends of steps its run has written by then; 0: the run is there.</param>
/// <param name="After">How long after those.</param>
internal sealed record KillPoint(int Events, TimeSpan After);

/// <summary>What a run comes to that nobody disturbs.</summary>
/// <param name="Steps">Their names in order; each begins and ends.</param>
/// <param name="Lasted">From the event that was asked for to the end of the process.</param>
internal sealed record StepCourse(IReadOnlyList<string> Steps, TimeSpan Lasted)
{
    /// <summary>The beginning of the run, and the beginning and the end of every step.</summary>
    public IEnumerable<KillPoint> Boundaries => Enumerable.Range(0, (2 * Steps.Count) + 1).Select(events => new KillPoint(events, TimeSpan.Zero));

    /// <summary>The event that a step begins with.</summary>
    public int BeginOf(string step) => (2 * Steps.ToList().IndexOf(step)) + 1;

    /// <summary>Moments spread over the time that it takes.</summary>
    public IEnumerable<KillPoint> Moments(int from, int count) =>
        Enumerable.Range(1, count).Select(at => new KillPoint(from, Lasted * ((at - 0.5) / count)));
}

/// <summary>Follows the steps of the run of another process by what it writes into its catalog.</summary>
internal sealed class StepWatch(TidemarkProgram program)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Lets a run come to its end.</summary>
    /// <param name="from">The event that the time is taken from.</param>
    /// <param name="arguments">Arguments of the program.</param>
    public async Task<StepCourse> FollowAsync(int from, params string[] arguments)
    {
        using var process = program.Start(arguments);
        await WaitAsync(process, from);
        var clock = Stopwatch.StartNew();
        await process.WaitForExitAsync(Stop);
        process.ExitCode.ShouldBe(0);
        await using var catalog = await ConnectAsync();
        var steps = await catalog.QueryAsync<string>(
            "SELECT name FROM run_steps WHERE run = (SELECT id FROM runs ORDER BY started_at DESC LIMIT 1) ORDER BY seq");
        return new StepCourse([.. steps], clock.Elapsed);
    }

    public Func<Process, Task> At(KillPoint point) => async process =>
    {
        await WaitAsync(process, point.Events);
        await Task.Delay(point.After, Stop);
    };

    private async Task WaitAsync(Process process, int events)
    {
        await using var catalog = await ConnectAsync();
        // No other run goes on, so there is none (null) until this one has begun.
        while (!process.HasExited && !(await catalog.ExecuteScalarAsync<int?>("""
            SELECT (SELECT count(*) + count(finished_at) FROM run_steps WHERE run = runs.id) FROM runs WHERE status = 'running'
            """) >= events))
            await Task.Delay(1, Stop);
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(program.Home, "catalog.db")};Pooling=False");
        await connection.OpenAsync(Stop);
        return connection;
    }
}
