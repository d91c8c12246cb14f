using System.Globalization;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Which of two runs writes a table, whatever becomes of their connections and processes.</summary>
public sealed class PostgresFenceTests : IAsyncDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    private readonly PostgresWorkbench _bench = new();
    private readonly List<IDestination> _opened = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _opened) await destination.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task H6_a_finished_staging_is_not_published_once_another_pipeline_has_staged_the_table()
    {
        await _bench.ReplaceAsync(new ScriptedSource(People).With("people", Records(0, 100)));
        await using var first = await BeginAsync("first", "r-1");
        await using var staged = await first.OpenAsync(Table(), Stop);
        await WriteAsync(staged, 0, 100, isComplete: true);
        await EndConnectionsAsync("tidemark first r-1");

        await using var second = await BeginAsync("second", "r-2");
        await using var half = await second.OpenAsync(Table(), Stop);
        await WriteAsync(half, 0, 90, isComplete: false);

        var refused = await Should.ThrowAsync<TidemarkException>(() => first.PublishAsync(_ => Task.CompletedTask, Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Transient, "run.lease_lost"));
        refused.Message.ShouldContain("r-2 of second");
        (await _bench.CountAsync("people")).ShouldBe(100);
        await WriteAsync(half, 90, 10, isComplete: true);
        (await second.PublishAsync(_ => Task.CompletedTask, Stop)).ShouldHaveSingleItem().Deleted.ShouldBe(0);
        (await _bench.CountAsync("people")).ShouldBe(100);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task H6_no_batch_is_committed_and_nothing_published_once_the_connection_with_the_lock_is_gone(WriteMode mode)
    {
        await _bench.ReplaceAsync(new ScriptedSource(People).With("people", Records(0, 2)));
        await using var load = await BeginAsync("first", "r-1");
        await using var stream = await load.OpenAsync(Table(mode), Stop);
        await WriteAsync(stream, 0, 1, isComplete: true);
        var before = await _bench.RowsAsync("people");
        await EndConnectionsAsync("tidemark first r-1");

        (await Should.ThrowAsync<TidemarkException>(() => WriteAsync(stream, 1, 5, isComplete: true))).Kind.ShouldBe(FailureKind.Transient);
        (await Should.ThrowAsync<TidemarkException>(() => WriteAsync(stream, 1, 5, isComplete: true))).Code.ShouldBe("run.lease_lost");
        if (mode == WriteMode.Replace)
            (await Should.ThrowAsync<TidemarkException>(() => load.PublishAsync(_ => Task.CompletedTask, Stop))).Code.ShouldBe("run.lease_lost");

        (await _bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task H6_the_half_plan_of_another_run_is_not_dropped_by_a_dry_run_whose_connection_is_gone()
    {
        await _bench.ReplaceAsync(new ScriptedSource(People).With("people", Records(0, 2)));
        await using var first = await BeginAsync("first", "r-1");
        var planned = await first.OpenAsync(Table().Compared(), Stop);
        await EndConnectionsAsync("tidemark first r-1");
        await using var second = await BeginAsync("second", "r-2");
        await using var other = await second.OpenAsync(Table().Compared(), Stop);

        await planned.DisposeAsync();

        await WriteAsync(other, 0, 3, isComplete: true);
        (await second.PreviewAsync(Stop)).ShouldHaveSingleItem().StagedRows.ShouldBe(3);
    }

    [Fact]
    public async Task H6_a_run_that_is_silent_for_the_term_of_a_lease_loses_its_table_even_in_the_middle_of_a_transaction()
    {
        await _bench.MergeAsync(new ScriptedSource(People).With("people", Records(0, 1)));
        await using var holder = await TestPostgres.ConnectAsync(_bench.Schema, Stop);
        await using var writer = await TestPostgres.ConnectAsync(_bench.Schema, Stop);
        await ExecuteAsync(holder, $"SELECT pg_advisory_lock(hashtextextended('tidemark postgres \"{_bench.Schema}\".\"people\"', 0))");
        await ExecuteAsync(writer, $"""
            BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('tidemark postgres "{_bench.Schema}"."people" writes', 0));
            SELECT * FROM _tidemark_fences FOR SHARE; UPDATE people SET name = 'half';
            """);

        var run = await _bench.MergeAsync(new ScriptedSource(People).With("people", Records(0, 2)));

        run.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", run.Problems.Select(problem => problem.Message)));
        (await _bench.RowsAsync("people", "id", "name")).ShouldBe(["p0|n", "p1|n"]);
        await Should.ThrowAsync<Npgsql.NpgsqlException>(() => ExecuteAsync(writer, "COMMIT"));
    }

    [Fact]
    public async Task W5_who_is_writing_a_table_is_named_by_pipeline_run_and_connection()
    {
        await using var first = await BeginAsync("first", "r-1");
        await using var stream = await first.OpenAsync(Table(), Stop);
        await using var second = await BeginAsync("second", "r-2");

        // It is idle all the time, but not silent.
        var refused = await Should.ThrowAsync<TidemarkException>(() => second.OpenAsync(Table(), Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Transient, "destination.in_use"));
        refused.Message.ShouldContain("held by tidemark first r-1 (user tidemark, pid ");
        refused.Message.ShouldContain("last taken by r-1 of first, at ");
        await WriteAsync(stream, 0, 3, isComplete: true);
    }

    private static TablePlan Table(WriteMode mode = WriteMode.Replace) => new("people", People) { Mode = mode };

    private static string[] Records(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(number => string.Create(CultureInfo.InvariantCulture, $$"""{"id":"p{{number}}","name":"n"}"""))];

    private static async Task WriteAsync(IStreamLoad stream, int from, int count, bool isComplete)
    {
        var batch = new RowBatch(stream.Stream);
        var mapper = new RecordMapper(stream.Stream, true, true);
        foreach (var record in Records(from, count)) mapper.Map(System.Text.Encoding.UTF8.GetBytes(record), false, batch).IsAdded.ShouldBeTrue();
        await stream.WriteAsync(
            batch, new Checkpoint(new("1"), StagedCounts.None, DateTimeOffset.UnixEpoch) { IsComplete = isComplete }, _ => Task.CompletedTask, Stop);
    }

    private static async Task ExecuteAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private Task<ILoad> BeginAsync(string pipeline, string run)
    {
        _opened.Add(new PostgresConnector().OpenDestination(
            BoundSettings.Of(new PostgresOptions { Url = new Secret(TestPostgres.Url), Schema = _bench.Schema }), TimeProvider.System));
        return _opened[^1].BeginAsync(new LoadPlan(pipeline, run), Stop);
    }

    /// <summary>As a firewall, or whoever looks after the server, ends them.</summary>
    private async Task EndConnectionsAsync(string name)
    {
        var lockOf = $"hashtextextended('tidemark postgres \"{_bench.Schema}\".\"people\"', 0)";
        (await _bench.QueryAsync(
            $"""
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '{name}' AND pid IN (
                SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = {lockOf})
            """)).ShouldBe(["True"]);
    }
}
