using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public sealed class PostgresSessionTests : IAsyncDisposable
{
    private readonly PostgresWorkbench _bench = new();

    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task W5_a_statement_timeout_of_the_server_does_not_end_a_run()
    {
        await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]));
        await _bench.ExecuteAsync(
            """
            CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NEW; END $$;
            CREATE TRIGGER dawdle BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION dawdle();
            """);
        _bench.More = $"&options={Uri.EscapeDataString("-c statement_timeout=500")}";
        var result = await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"b","name":"Bob"}"""]));

        result.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", result.Problems.Select(problem => problem.Message)));
        (await _bench.RowsAsync("people", "id")).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task W5_strings_of_a_role_that_read_backslashes_change_no_comparison()
    {
        _bench.More = $"&options={Uri.EscapeDataString("-c standard_conforming_strings=off")}";
        await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]));
        var result = await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}""", """{"id":"b","name":"B\\x"}"""]));

        result.Status.ShouldBe(RunStatus.Succeeded, string.Join(" ", result.Problems.Select(problem => problem.Message)));
        (await _bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", @"b|B\x"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W1_values_that_a_trigger_changes_at_the_end_of_the_transaction_are_not_called_verified(WriteMode mode)
    {
        ScriptedSource Source(params string[] names) =>
            new ScriptedSource(People).With("people", [.. names.Select((name, at) => $$"""{"id":"{{at}}","name":"{{name}}"}""")]);
        await _bench.RunAsync(Source("Ada", "Bob"), mode, TestContext.Current.CancellationToken);
        var run = await _bench.RunAsync(Source("Ada L", "BOB"), mode, TestContext.Current.CancellationToken);
        await _bench.ExecuteAsync(
            $"""
            CREATE FUNCTION capitals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE {_bench.Schema}.people SET name = upper(name) WHERE id = NEW.id AND name <> upper(name);
                RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER capitals AFTER INSERT OR UPDATE ON people DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION capitals();
            """);

        var undo = await _bench.UndoAsync(run);
        (undo.Status, undo.Streams[0].Receipt!.Expected.Rows, undo.Streams[0].Receipt!.Found.Rows).ShouldBe((RunStatus.Partial, 2, 0));
        var result = await _bench.RunAsync(Source("Ada L", "BOB", "cy"), mode, TestContext.Current.CancellationToken);
        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.ShouldContain(problem => problem.Code == "receipt.does_not_fit");
        (result.Streams[0].Receipt!.Expected.Rows, result.Streams[0].Receipt!.Found.Rows).ShouldBe((3, 1));
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W4_a_record_whose_key_no_index_can_hold_waits_alone_and_nothing_is_deleted_on_its_account(WriteMode mode)
    {
        var draw = new SeededDraw(7);
        var key = string.Concat(Enumerable.Range(0, 12_000).Select(_ => (char)('a' + draw.Next(26))));
        await _bench.RunAsync(new ScriptedSource(People).With("people", ["""{"id":"old","name":"Old"}"""]), mode, TestContext.Current.CancellationToken);
        for (var round = 0; round < 2; round++)
        {
            var result = await _bench.RunAsync(
                new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}""", $$"""{"id":"{{key}}"}""", """{"id":"b","name":"Bob"}"""]),
                mode, TestContext.Current.CancellationToken);

            result.Status.ShouldBe(RunStatus.Partial, string.Join(" ", result.Problems.Select(problem => problem.Message)));
            (await _bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Key.ShouldBe(key);
            (await _bench.RowsAsync("people", "id")).ShouldBe(["a", "b", "old"]);
        }
    }

    [Fact]
    public async Task P4_a_table_that_others_inherit_from_is_refused()
    {
        await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]));
        await _bench.ExecuteAsync("CREATE TABLE archive () INHERITS (people)");
        await using var destination = _bench.OpenDestination();
        var problems = await destination.CheckAsync([new TablePlan("people", People)], TestContext.Current.CancellationToken);

        problems.ShouldHaveSingleItem().Message.ShouldBe("The name people is that of a table that others inherit from.");
    }

    [Theory]
    [InlineData("TD001")]
    [InlineData("P0001")]
    [InlineData("ZZ999")]
    public async Task W4_whatever_code_a_trigger_raises_the_row_alone_waits(string code)
    {
        await _bench.MergeAsync(new ScriptedSource(People).With("people", ["""{"id":"a","name":"Ada"}"""]));
        await _bench.ExecuteAsync(
            $"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF NEW.name = 'bad' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION refuse();
            """);
        var result = await _bench.MergeAsync(new ScriptedSource(People).With(
            "people", ["""{"id":"a","name":"Ada"}""", """{"id":"b","name":"bad"}""", """{"id":"c","name":"Cy"}"""]));

        result.Status.ShouldBe(RunStatus.Partial);
        (await _bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldContain("not this one");
        (await _bench.RowsAsync("people", "id")).ShouldBe(["a", "c"]);
    }
}
