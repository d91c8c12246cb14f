using Dapper;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

/// <summary>A run is verified beside the others of its pipeline, of which there may be a year's.</summary>
public abstract class LaterRunsTests : IDisposable
{
    private readonly TestHome _home;

    private protected LaterRunsTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Of_tens_of_thousands_of_runs_only_later_ones_that_wrote_are_read()
    {
        var runs = await _home.RunsAsync();
        await ManyAsync("earlier", created: 1);
        var run = await RunAsync(runs, "p_a");
        await ManyAsync("later", created: 0);
        var later = new LaterRuns(await _home.OpenAsync(), run);

        (await later.WrittenAsync(["p_a", "p_b"], TestHome.Cancelled)).ShouldBeEmpty();
        await RunAsync(runs, "p_b");
        (await later.WrittenAsync(["p_a", "p_b"], TestHome.Cancelled)).ShouldBe(["p_b"]);
    }

    [Fact]
    public async Task The_newest_that_wrote_a_table_is_enough()
    {
        var runs = await _home.RunsAsync();
        var run = await RunAsync(runs, "p_a");
        await ManyAsync("later", created: 1);
        await RunAsync(runs, "p_a");

        (await new LaterRuns(await _home.OpenAsync(), run).WrittenAsync(["p_a"], TestHome.Cancelled)).ShouldBe(["p_a"]);
    }

    [Fact]
    public async Task The_writer_of_a_row_is_later_by_its_start_or_where_it_is_another_pipeline_s_by_its_id()
    {
        var runs = await _home.RunsAsync();
        var before = await RunAsync(runs, "p_a");
        var run = await RunAsync(runs, "p_a");
        var after = await RunAsync(runs, "p_a");
        var later = new LaterRuns(await _home.OpenAsync(), run);

        foreach (var (writer, isLater) in new[]
            { (before.Id, false), (run.Id, false), (after.Id, true), ("r-2025-of-others", false), ("r-2027-of-others", true) })
        {
            (await later.HasAsync(writer, TestHome.Cancelled)).ShouldBe(isLater, writer);
            (await later.HasAsync(writer, TestHome.Cancelled)).ShouldBe(isLater, writer);
        }
    }

    private async Task<RunRecord> RunAsync(RunStore runs, string table)
    {
        await using var journal = await (await _home.QueueAsync()).BeginAsync(
            new(new SyncRun("p"), new(RunTrigger.Command, null), WriteMode.Merge) { Streams = [new("a", table)] }, TestHome.Cancelled);
        await journal.FinishAsync(
            RunStoreTests.Ended(journal) with { Streams = [new("a", table) { Read = 5, Created = 5 }] }, TestHome.Cancelled);
        _home.Clock.Now += TimeSpan.FromMinutes(1);
        return await runs.FindAsync(journal.Run, TestHome.Cancelled);
    }

    /// <summary>Records runs whose results nobody can read: whoever loads one fails.</summary>
    private async Task ManyAsync(string name, int created)
    {
        var catalog = await _home.OpenAsync();
        await catalog.WriteAsync(connection => connection.ExecuteAsync("""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO runs (id, pipeline, mode, status, started_at, result, created)
            SELECT @name || '-' || i, 'p', 'merge', 'succeeded', @at + i, '{}', @created FROM n
            """, new { name, at = _home.Clock.Now.ToUnixTimeMilliseconds(), created }), TestHome.Cancelled);
        Should.Throw<Exception>(() => RunJson.Read("{}"));
        _home.Clock.Now += TimeSpan.FromMinutes(1);
    }
}

public sealed class SqliteLaterRunsTests() : LaterRunsTests(new SqliteHome())
{
    [Fact]
    public async Task The_index_of_runs_that_wrote_is_what_is_looked_through()
    {
        using var home = new SqliteHome();
        var plan = await (await home.OpenAsync()).ReadAsync(connection => connection.QueryAsync<(long, long, long, string Detail)>(
            "EXPLAIN QUERY PLAN " + LaterRuns.Writing, new { Pipeline = "p", started = 0 }), TestHome.Cancelled);
        plan.ShouldHaveSingleItem().Detail.ShouldContain("USING INDEX runs_that_wrote (pipeline=? AND started_at>?)");
    }
}

public sealed class PostgresLaterRunsTests() : LaterRunsTests(new PostgresHome());
