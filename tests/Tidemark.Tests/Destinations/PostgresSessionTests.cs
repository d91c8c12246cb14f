using Shouldly;
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
