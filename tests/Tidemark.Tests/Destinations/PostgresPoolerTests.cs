using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>W5: a pooler between, in each of its modes, with one connection to the server and with many.</summary>
public sealed class PostgresPoolerTests : IAsyncDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    private PgBouncer? _pooler;
    private PostgresWorkbench? _bench;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
        if (_pooler is not null) await _pooler.DisposeAsync();
    }

    [Theory]
    [InlineData("transaction", "")]
    [InlineData("transaction", "default_pool_size = 1")]
    [InlineData("transaction", "server_round_robin = 1")]
    [InlineData("statement", "")]
    public async Task W5_a_pooler_that_lends_connections_for_less_than_a_session_is_named_before_anything_is_read(string mode, string more)
    {
        var bench = await BenchAsync(mode, more);
        await using (var destination = bench.OpenDestination())
        {
            var problem = await Should.ThrowAsync<TidemarkException>(() => destination.CheckAsync([new TablePlan("people", People)], Stop));
            (problem.Code, problem.Hint.ShouldNotBeNull()).ShouldSatisfyAllConditions(
                told => told.Code.ShouldBe("postgres.pooler_mode"), told => told.Item2.ShouldContain("session"));
        }

        var source = new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]);
        var run = await bench.MergeAsync(source);
        run.Status.ShouldBe(RunStatus.Failed);
        run.Problems.ShouldHaveSingleItem().Code.ShouldBe("postgres.pooler_mode");
        source.PagesRead.ShouldBe(0);
    }

    [Fact]
    public async Task W5_a_pooler_whose_connections_others_use_too_is_named()
    {
        var bench = await BenchAsync("transaction", "server_round_robin = 1");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var asking = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToList();
        var others = Task.WhenAll(asking.Select(begun => AskAsync(begun, end.Token)));
        await Task.WhenAll(asking.Select(begun => begun.Task)); // alone, whoever comes has the pooler's connection to itself
        for (var time = 0; time < 5; time++)
        {
            await using var destination = bench.OpenDestination();
            (await Should.ThrowAsync<TidemarkException>(() => destination.CheckAsync([new TablePlan("people", People)], Stop))).Code.ShouldBe("postgres.pooler_mode");
        }

        await end.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(others);
    }

    [Fact]
    public async Task W5_through_a_pooler_in_session_mode_a_run_works()
    {
        var bench = await BenchAsync("session", "");
        var source = new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]);

        (await bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Succeeded);

        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada"]);
    }

    private async Task<PostgresWorkbench> BenchAsync(string mode, string more)
    {
        _pooler = await PgBouncer.StartAsync(mode, more);
        return _bench = new PostgresWorkbench { Port = _pooler.Port };
    }

    /// <summary>Another program, which asks without end.</summary>
    private async Task AskAsync(TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        var address = PostgresAddress.Parse(TestPostgres.Url);
        (address.Port, address.Pooling) = (_pooler!.Port, false);
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        while (true)
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            begun.TrySetResult();
        }
    }
}
