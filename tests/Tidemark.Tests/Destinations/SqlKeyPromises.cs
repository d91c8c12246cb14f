using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Two keys are one where the database says so (W3).</summary>
public abstract partial class SqlDestinationPromises
{
    /// <summary>Makes the table people, with a key of text of which the database overlooks the case.</summary>
    protected abstract Task MakeCaselessPeopleAsync();

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_of_two_records_whose_keys_are_one_to_the_database_the_second_waits(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await MakeCaselessPeopleAsync();
        ScriptedSource Source() => PeopleSource([Person("abc", "first"), Person("x", "X"), Person("ABC", "second")]);

        for (var round = 1; round <= 3; round++)
        {
            var run = await Bench.RunAsync(Source(), mode, Stop);
            run.Status.ShouldBe(RunStatus.Partial, Why(run));
            Only(run).ShouldSatisfyAllConditions(
                figures => figures.Created.ShouldBe(round == 1 ? 2 : 0), figures => figures.Updated.ShouldBe(0), figures => figures.Quarantined.ShouldBe(1),
                figures => figures.IsAccountedFor.ShouldBeTrue(), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
            (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["abc|first", "x|X"]);
            var waiting = (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record;
            (waiting.Key, waiting.Reason.Code).ShouldBe(("ABC", "destination.key_not_distinct"));
            waiting.Reason.Message.ShouldBe("To people the key ABC is the same as abc, which another record has.");
        }
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_keys_that_are_one_to_the_database_are_found_across_batches(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets));
        await MakeCaselessPeopleAsync();
        var source = PeopleSource([Person("p000007", "first")], Persons(1_000, 11_000), [Person("P000007", "second"), """-{"id":"P001001"}"""]);
        var run = await Bench.RunAsync(source, mode, Stop);

        run.Status.ShouldBe(RunStatus.Partial, Why(run));
        (Only(run).Created, Only(run).Quarantined, Only(run).Deleted).ShouldBe((11_001, 1, 0));
        Only(run).Receipt!.IsVerified.ShouldBeTrue();
        (await Bench.RowsAsync("people", ("name", "first"), "id")).ShouldBe(["p000007"]);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldContain("P000007 is the same as p000007");
    }

    [Fact]
    public async Task W3_a_record_takes_the_row_of_one_that_is_gone_and_had_the_same_key_to_the_database()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets));
        await MakeCaselessPeopleAsync();
        await Bench.MergeAsync(PeopleSource([.. Persons(0, 20), Person("abc", "first")]));
        var merged = await Bench.MergeAsync(PeopleSource([Person("ABC", "second")]));
        Only(merged).Quarantined.ShouldBe(1);

        // Nothing says that the first is gone, but a full reading.
        var full = await Bench.ReplaceAsync(PeopleSource([.. Persons(0, 20), Person("ABC", "second")]));
        full.Status.ShouldBe(RunStatus.Succeeded, Why(full));
        (Only(full).Updated, Only(full).Deleted, Only(full).Created).ShouldBe((1, 0, 0));
        (await Bench.RowsAsync("people", ("name", "second"), "id")).ShouldBe(["ABC"]);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        var undo = await Bench.UndoAsync(full);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("people", ("name", "first"), "id")).ShouldBe(["abc"]);
        var redo = await Bench.UndoAsync(undo);
        redo.Status.ShouldBe(RunStatus.Succeeded, Why(redo));
        (await Bench.RowsAsync("people", ("name", "second"), "id")).ShouldBe(["ABC"]);

        // Or the source itself; what waits is tried again.
        await Bench.MergeAsync(PeopleSource([Person("Abc", "third")]));
        await Bench.MergeAsync(PeopleSource(["""-{"id":"aBC"}"""]));
        (await Bench.CountAsync("people", ("name", "second"))).ShouldBe(1);
        await Bench.MergeAsync(PeopleSource(["""-{"id":"ABC"}"""]));
        var retried = await Bench.MergeAsync(PeopleSource());
        retried.Status.ShouldBe(RunStatus.Succeeded, Why(retried));
        (await Bench.RowsAsync("people", ("name", "third"), "id")).ShouldBe(["Abc"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_numbers_that_are_equal_name_one_record_however_they_are_written(WriteMode mode)
    {
        var stream = new StreamSchema("rates", [new("at", FieldType.Decimal), new("of", FieldType.Float64), new("name", FieldType.Text)]) { Key = ["at", "of"] };
        ScriptedSource Source(string name) => new ScriptedSource(stream).With(
            "rates", [$$"""{"at":1.50,"of":0.0,"name":"x"}""", """{"at":-120,"of":7,"name":"y"}"""], [.. Enumerable.Range(2, 10_100).Select(at => $$"""{"at":{{at}},"of":1}""")],
            [$$"""{"at":1.5,"of":-0.0,"name":"{{name}}"}""", """{"at":-1.2e2,"of":7.0,"name":"y"}"""]);
        var first = await Bench.RunAsync(Source("z"), mode, Stop);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        first = await Bench.RunAsync(Source("z"), WriteMode.Replace, Stop);

        (first.Status, Only(first).Updated, Only(first).Created).ShouldBe((RunStatus.Succeeded, 0, 0), Why(first));
        (await Sql.QueryAsync("SELECT CAST(at AS text), of, name FROM rates WHERE name IS NOT NULL ORDER BY name")).ShouldBe(["-120|7|y", "1.5|0|z"]);
    }

    [Theory]
    [InlineData("text", "uuid", FieldType.Text, "\"AAAAAAAA-0000-4000-8000-000000000001\"", "\"BBBBBBBB-0000-4000-8000-000000000001\"")]
    [InlineData("text", "timestamptz", FieldType.Timestamp, "\"2026-01-01T00:00:00Z\"", "\"2026-01-02T00:00:00+01:00\"")]
    [InlineData("text", "date", FieldType.Date, "\"2026-01-01\"", "\"2026-01-02\"")]
    [InlineData("text", "numeric(12,2)", FieldType.Decimal, "1.5", "2.5")]
    [InlineData("real", "double precision", FieldType.Float64, "1.0", "1e20")]
    [InlineData("integer", "boolean", FieldType.Boolean, "true", "false")]
    public async Task W3_a_second_reading_takes_for_one_key_what_the_database_does(string sqlite, string postgres, FieldType type, string a, string b)
    {
        var stream = new StreamSchema("things", [new("id", type), new("name", FieldType.Text)]);
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Sql.ExecuteAsync($"CREATE TABLE things (id {(Bench is PostgresWorkbench ? postgres : sqlite)} NOT NULL PRIMARY KEY)");
        string[] all = [$$"""{"id":{{a}}}""", $$"""{"id":{{b}}}"""];
        (await Bench.ReplaceAsync(new ScriptedSource(stream).With("things", all))).Status.ShouldBe(RunStatus.Succeeded);
        var cutShort = new ScriptedSource(stream) { IsProven = false }.With("things", all[..1]);
        cutShort.BeforePage = _ =>
        {
            cutShort.With("things", all); // for the second reading
            return Task.CompletedTask;
        };
        var result = await Bench.ReplaceAsync(cutShort);

        result.Problems.ShouldContain(problem => problem.Code == "source.readings_differ", Why(result));
        (await Bench.CountAsync("things")).ShouldBe(2);
    }

    [Fact]
    public async Task W3_a_dry_run_finds_such_keys_too_and_a_table_with_such_a_key_is_reported()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets));
        await MakeCaselessPeopleAsync();
        await Bench.MergeAsync(PeopleSource([Person("abc", "first")]));
        Bench.Policy = table => table.Compared();
        var run = await Bench.MergeAsync(PeopleSource([Person("ABC", "second"), Person("b", "B"), Person("B", "other"), """-{"id":"aBc"}"""]));

        (Only(run).Created, Only(run).Updated, Only(run).Quarantined, Only(run).Deleted).ShouldBe((1, 0, 2, 0), Why(run));
        var log = await Bench.LogAsync(run);
        log.ShouldContain(line => line.Contains("people takes keys for one that differ in", StringComparison.Ordinal));
    }
}
