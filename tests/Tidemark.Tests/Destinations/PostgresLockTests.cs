using Npgsql;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>W5: other programs have locks on the tables.</summary>
public sealed class PostgresLockTests : IAsyncDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);
    private static readonly StreamSchema Wider = new("people", [.. People.Fields, new("age", FieldType.Int64)]);

    private readonly PostgresWorkbench _bench = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W5_others_go_on_reading_while_a_run_waits_for_a_table_to_change_it(WriteMode mode)
    {
        await _bench.MergeAsync(Source(People));
        await using var reader = await HoldAsync("SELECT count(*) FROM people");
        var run = _bench.RunAsync(Source(Wider), mode, Stop);
        await UntilAsync("SELECT 1 FROM pg_locks WHERE relation = to_regclass('people') AND mode = 'AccessExclusiveLock' AND NOT granted", () => run.IsCompleted);

        // It has waited for the lock, and let go of its place in the queue while the first reader is still there.
        (await _bench.CountAsync("people")).ShouldBe(2);
        run.IsCompleted.ShouldBeFalse();
        await reader.CloseAsync();

        var result = await run;
        result.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", result.Problems.Select(problem => problem.Message)));
        (await _bench.RowsAsync("people", "id", "age")).ShouldBe(["a|1", "b|2"]);
    }

    [Theory]
    [InlineData(false, "UPDATE people SET name = 'mine, and a secret' WHERE id = 'b'")]
    [InlineData(true, "SELECT count(*), 'a secret' FROM people")]
    public async Task W5_who_holds_the_lock_that_a_run_waits_for_is_named_without_what_it_runs(bool isWider, string statement)
    {
        await _bench.MergeAsync(Source(People));
        await using var holder = await HoldAsync(statement);

        var run = await _bench.MergeAsync(Source(isWider ? Wider : People, "changed"));

        run.Status.ShouldBe(RunStatus.Failed);
        var problem = run.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("postgres.locked");
        problem.Message.ShouldContain($"held by the reports (user tidemark, pid {holder.ProcessID} of the server, idle in transaction, since 2");
        problem.Message.ShouldNotContain("secret");
        var log = (await _bench.LogAsync(run)).Where(line => line.StartsWith("Waiting: ", StringComparison.Ordinal)).ToList();
        log.ShouldContain(line => line.StartsWith("Waiting: A statement waits for a lock. It is held by the reports", StringComparison.Ordinal));
        if (isWider) log.ShouldContain("Waiting: The columns of people are changed as soon as nobody uses the table.");
        log.Count.ShouldBe(isWider ? 2 : 1, "the same wait is told once");
        log.ShouldAllBe(line => !line.Contains("secret", StringComparison.Ordinal));
        run.Waits.ShouldNotBeNull().Seconds.ShouldBeGreaterThan(20);
        (await _bench.RowsAsync("people", "name")).ShouldBe(["n", "n"]);
    }

    private static ScriptedSource Source(StreamSchema schema, string name = "n") => new ScriptedSource(schema).With(
        "people", [.. new[] { ("a", 1), ("b", 2) }.Select(person =>
            $$"""{"id":"{{person.Item1}}","name":"{{name}}"{{(schema == Wider ? $",\"age\":{person.Item2}" : "")}}}""")]);

    /// <summary>Another program, in the middle of a transaction.</summary>
    private async Task<NpgsqlConnection> HoldAsync(string statement)
    {
        var connection = await TestPostgres.ConnectAsync(_bench.Schema, Stop);
        await using var command = new NpgsqlCommand($"SET application_name = 'the reports'; BEGIN; {statement}", connection);
        await command.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    private async Task UntilAsync(string query, Func<bool> isOver)
    {
        while ((await _bench.QueryAsync(query)).Count == 0)
        {
            isOver().ShouldBeFalse("it has not waited");
            await Task.Delay(20, Stop);
        }
    }
}
