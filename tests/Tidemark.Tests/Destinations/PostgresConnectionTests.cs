using System.Globalization;
using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>W5: a user, a server or a pooler that gives fewer connections than a run has streams.</summary>
public sealed class PostgresConnectionTests : IAsyncDisposable
{
    private const int Streams = 6;

    private readonly PostgresWorkbench _bench;
    private PgBouncer? _pooler;

    public PostgresConnectionTests() => _bench = new PostgresWorkbench { User = "r_" + Guid.NewGuid().ToString("N") };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_pooler is not null) await _pooler.DisposeAsync();
        await _bench.ExecuteAsync($"DO $$ BEGIN IF to_regrole('{_bench.User}') IS NOT NULL THEN DROP OWNED BY {_bench.User} CASCADE; DROP ROLE {_bench.User}; END IF; END $$");
        await _bench.DisposeAsync();
    }

    [Theory]
    [InlineData(WriteMode.Merge, 4)]
    [InlineData(WriteMode.Replace, 4)]
    [InlineData(WriteMode.Merge, 2)]
    [InlineData(WriteMode.Replace, 2)]
    public async Task W5_a_user_with_few_connections_gets_every_stream_written(WriteMode mode, int limit)
    {
        await MakeUserAsync(limit);
        var source = Source(out var reading);

        var run = await _bench.RunAsync(source, mode, Stop);

        run.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", run.Problems.Select(problem => problem.Message)));
        run.Streams.ShouldAllBe(stream => stream.Created == 6);
        run.Streams.Count.ShouldBe(Streams);
        reading().ShouldBe(Streams, "all streams were read at the same time");
    }

    [Fact]
    public async Task W5_a_run_has_at_most_one_connection_more_than_streams_at_once_and_leaves_none()
    {
        await MakeUserAsync(-1);
        var source = Source(out _);
        var most = 0;
        var before = source.BeforePage;
        source.BeforePage = async page =>
        {
            await before(page);
            if (page > 0) most = Math.Max(most, await ConnectionsAsync());
        };

        (await _bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);

        most.ShouldBeInRange(1, Streams + 1);
        (await ConnectionsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task W5_a_connection_that_another_program_has_is_waited_for()
    {
        await MakeUserAsync(2);
        var address = PostgresAddress.Parse(TestPostgres.Url);
        (address.Username, address.Pooling) = (_bench.User, false);
        await using var other = new NpgsqlConnection(address.ConnectionString);
        await other.OpenAsync(Stop);
        var run = _bench.MergeAsync(Source(out _));

        await Task.Delay(500, Stop);
        run.IsCompleted.ShouldBeFalse();
        await other.CloseAsync();

        (await run).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task W5_a_user_whose_connections_stay_taken_is_told_as_busy_and_nothing_is_left_out_in_silence()
    {
        await MakeUserAsync(1);

        var run = await _bench.MergeAsync(Source(out _));

        run.Status.ShouldBe(RunStatus.Failed);
        run.Problems.ShouldHaveSingleItem().Code.ShouldBe("postgres.too_many_connections");
    }

    [Fact]
    public async Task W5_a_pooler_with_two_connections_a_pool_gets_every_stream_written()
    {
        await MakeUserAsync(-1);
        _pooler = await PgBouncer.StartAsync("session", "default_pool_size = 2", _bench.User);
        _bench.Port = _pooler.Port;

        var run = await _bench.MergeAsync(Source(out _));

        run.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", run.Problems.Select(problem => problem.Message)));
        run.Streams.Count(stream => stream.Created == 6).ShouldBe(Streams);
    }

    [Fact]
    public void W5_a_session_is_named_after_the_pipeline_and_the_run()
    {
        PostgresDatabase.NameOf("shop r-20261122-101530-0a1b2c").ShouldBe("tidemark shop r-20261122-101530-0a1b2c");
        var name = PostgresDatabase.NameOf($"{new string('p', 80)} r-20261122-101530-0a1b2c");
        name.Length.ShouldBe(63);
        name.ShouldEndWith("p r-20261122-101530-0a1b2c");
        PostgresDatabase.NameOf("mühle r-1").ShouldBe("tidemark m?hle r-1");
    }

    private async Task MakeUserAsync(int limit) => await _bench.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
        $"CREATE ROLE {_bench.User} LOGIN CONNECTION LIMIT {limit}; GRANT CREATE ON DATABASE postgres TO {_bench.User}"));

    private async Task<int> ConnectionsAsync() => int.Parse(
        (await _bench.QueryAsync($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{_bench.User}'")).Single(), CultureInfo.InvariantCulture);

    /// <summary>Six streams of three pages, each of which is given once all streams are read.</summary>
    private ScriptedSource Source(out Func<int> reading)
    {
        var schemas = Enumerable.Range(0, Streams).Select(number => new StreamSchema($"s{number}", [new("id", FieldType.Text)])).ToArray();
        var source = new ScriptedSource(schemas);
        foreach (var schema in schemas)
            source.With(schema.Name, [.. Enumerable.Range(0, 3).Select(page => new[] { $$"""{"id":"{{page}}a"}""", $$"""{"id":"{{page}}b"}""" })]);
        var (count, all) = (0, new TaskCompletionSource());
        source.BeforePage = async page =>
        {
            if (page == 0 && Interlocked.Increment(ref count) == Streams) all.SetResult();
            await all.Task.WaitAsync(Stop);
        };
        reading = () => count;
        _bench.Limits = plan => plan with { StreamsAtOnce = Streams };
        return source;
    }
}
