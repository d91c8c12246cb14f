using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P9: values go back to the source once the rows are durable, from an outbox, idempotent and retried.</summary>
public abstract partial class DestinationPromises
{
    protected const string Outbox = "_tidemark_outbox";

    private Task<IReadOnlyList<string>> OutboxAsync() => Bench.RowsAsync(Outbox, "record_key", "state", "attempts", "code");

    /// <summary>A column of the entries that no undo has dropped.</summary>
    private async Task<IEnumerable<string>> WaitingAsync(string column) =>
        (await Bench.RowsAsync(Outbox, "state", column)).Select(row => row.Split('|')).Where(row => row[0] != "undone").Select(row => row[1]);

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P9_S1_6_every_record_that_is_a_row_has_its_values_written_back_a_hundred_at_a_time(WriteMode mode)
    {
        WriteBack(WriteBackWhen.Read);
        var source = Taking(Persons(0, 250));
        source.BeforeTaking = async () => (await Bench.CountAsync("people")).ShouldBe(250);
        var first = await Bench.RunAsync(source, mode, Stop);

        first.Status.ShouldBe(RunStatus.Succeeded);
        Only(first).WrittenBack.ShouldBe(250);
        source.Calls.ShouldBe([100, 100, 50]);
        source.Taken["p000007"].ShouldBe("status=Synced");
        (await OutboxAsync()).ShouldBeEmpty();

        source = Taking([.. Persons(0, 248), .. Persons(248, 2, " changed"), Person("new", "New")]);
        Only(await Bench.RunAsync(source, mode, Stop)).WrittenBack.ShouldBe(251, "what did not change was read too");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P9_where_only_changes_count_unchanged_rows_are_not_written_back(WriteMode mode)
    {
        await Bench.RunAsync(PeopleSource(Persons(0, 20)), mode, Stop);
        WriteBack(WriteBackWhen.Changed);
        var source = Taking([.. Persons(0, 18), .. Persons(18, 2, " changed"), Person("new", "New")]);

        Only(await Bench.RunAsync(source, mode, Stop)).WrittenBack.ShouldBe(3);
        source.Taken.Keys.ShouldBe(["new", "p000018", "p000019"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P9_a_record_in_quarantine_is_not_written_back(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 5)));
        await Bench.MakeUniqueAsync("people", "name");
        WriteBack(WriteBackWhen.Read);
        var source = Taking([.. Persons(0, 4, " new"), Person("p000004", "name 3 new"), """{"id":"odd","name":"x","age":"old"}"""]);

        var run = await Bench.RunAsync(source, mode, Stop);

        Only(run).Quarantined.ShouldBe(2);
        source.Taken.Keys.ShouldBe(["p000000", "p000001", "p000002", "p000003"]);
    }

    [Fact]
    public async Task P9_S1_6_what_the_source_refuses_is_listed_and_tried_again_by_the_next_run_even_one_that_reads_nothing()
    {
        WriteBack(WriteBackWhen.Read);
        var source = Taking(Persons(0, 120));
        source.Refuses.UnionWith(["p000003", "p000110"]);
        source.Ignores.Add("p000050");
        var first = await Bench.MergeAsync(source);

        first.Status.ShouldBe(RunStatus.Partial);
        Only(first).WrittenBack.ShouldBe(117);
        first.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("write_back.failed"),
            problem => problem.Message.ShouldContain("3 records of people"),
            problem => problem.Message.ShouldContain("p000110: INVALID_DATA (It will not have it)"));
        (await OutboxAsync()).ShouldBe(
            ["p000003|refused|1|INVALID_DATA", "p000050|pending|1|write_back.no_answer", "p000110|refused|1|INVALID_DATA"]);

        source = Taking();
        source.Refuses.Add("p000110");
        var second = await Bench.MergeAsync(source);

        (second.Status, Only(second).Read, Only(second).WrittenBack).ShouldBe((RunStatus.Partial, 0, 2));
        (await OutboxAsync()).ShouldBe(["p000110|refused|2|INVALID_DATA"]);
        var third = await Bench.MergeAsync(Taking());
        (third.Status, Only(third).WrittenBack).ShouldBe((RunStatus.Succeeded, 1));
        (await OutboxAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P9_a_source_that_fails_ends_the_step_and_the_next_run_goes_on_with_it()
    {
        WriteBack(WriteBackWhen.Read);
        var source = Taking(Persons(0, 250));
        source.FailingCall = 1;
        var first = await Bench.MergeAsync(source);

        (first.Status, Only(first).WrittenBack).ShouldBe((RunStatus.Partial, 100));
        first.IsVerified.ShouldBeTrue();
        first.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("write_back.interrupted"), problem => problem.Message.ShouldContain("source.timeout"));
        source.Calls.Count.ShouldBe(2);
        (await Bench.RowsAsync(Outbox, "attempts")).ShouldBe(Enumerable.Repeat("0", 150));

        Only(await Bench.MergeAsync(Taking())).WrittenBack.ShouldBe(150);
    }

    [Fact]
    public async Task P9_a_run_that_publishes_nothing_writes_nothing_back()
    {
        WriteBack(WriteBackWhen.Read);
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        await Bench.DeleteAllAsync(Outbox);
        var failed = Taking(Persons(0, 5, " changed"), Persons(5, 5));
        failed.Fault = ("people", 1, ScriptedSource.Broken());
        (await Bench.ReplaceAsync(failed)).Status.ShouldBe(RunStatus.Failed);
        await Bench.MergeAsync(PeopleSource()); // drops what is staged
        var parked = Taking(Persons(0, 10));
        (await Bench.ReplaceAsync(parked)).Status.ShouldBe(RunStatus.Parked);

        parked.Taken.Concat(failed.Taken).ShouldBeEmpty();
        (await OutboxAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P9_a_value_may_hold_what_columns_of_the_row_have()
    {
        Bench.Policy = table => table with
        {
            WriteBack = new WriteBack(new Dictionary<string, string> { ["note"] = "it's \"{name}\" {id}{name}", ["none"] = "", ["it's"] = "{raw" }),
        };
        var source = Taking([Person("a", "Ä'\\\"da"), """{"id":"b","name":null}"""]);

        (await Bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        source.Taken["a"].ShouldBe("note=it's \"Ä'\"da\" aÄ'\"da, none=, it's={raw");
        source.Taken["b"].ShouldBe("note=it's \"\" b, none=, it's={raw");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P9_a_record_that_has_the_values_already_is_not_written_back_again(WriteMode mode)
    {
        Bench.Policy = table => table with { WriteBack = new WriteBack(new Dictionary<string, string> { ["name"] = "Done" }) };
        var source = Taking([Person("a", "Ada"), Person("b", "Done"), """{"id":"c"}"""]);

        Only(await Bench.RunAsync(source, mode, Stop)).WrittenBack.ShouldBe(2);
        source.Taken.Keys.ShouldBe(["a", "c"]);
        source = Taking([Person("a", "Done"), Person("b", "Done"), Person("c", "Done")]);
        Only(await Bench.RunAsync(source, mode, Stop)).ShouldSatisfyAllConditions(
            figures => figures.Updated.ShouldBe(2), figures => figures.WrittenBack.ShouldBe(0));
    }

    [Fact]
    public async Task P9_a_newer_entry_takes_the_place_of_an_older_one_and_goes_with_its_record()
    {
        Bench.Policy = table => table with { WriteBack = new WriteBack(new Dictionary<string, string> { ["label"] = "is {name}" }) };
        var source = Taking([Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")]);
        source.Refuses.UnionWith(["a", "b", "c"]);
        await Bench.MergeAsync(source);
        source.With("people", [Person("a", "Ada"), Person("b", "Bobby"), """-{"id":"c"}"""]);
        await Bench.MergeAsync(source);

        (await Bench.RowsAsync(Outbox, "record_key", "attempts")).ShouldBe(["a|2", "b|1"]);
        source = Taking();
        await Bench.MergeAsync(source);
        source.Taken.ShouldBe(new Dictionary<string, string> { ["a"] = "label=is Ada", ["b"] = "label=is Bobby" });
    }

    [Fact]
    public async Task P7_P9_an_undo_drops_what_is_still_to_be_written_back_of_its_run_and_asks_nobody()
    {
        WriteBack(WriteBackWhen.Read);
        var earlier = Taking([Person("z", "Zoe")]);
        earlier.Refuses.Add("z");
        await Bench.MergeAsync(earlier);
        var source = Taking(Persons(0, 3));
        source.FailingCall = 0;
        var run = await Bench.MergeAsync(source);

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
        (await WaitingAsync("record_key")).ShouldBe(["z"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_P9_a_dry_run_writes_nothing_back(WriteMode mode)
    {
        WriteBack(WriteBackWhen.Read);
        var source = Taking(Persons(0, 3));

        (await PlanAsync(source, mode)).Status.ShouldBe(RunStatus.Planned);
        source.Calls.ShouldBeEmpty();
        (await TablesAsync()).ShouldNotContain(Outbox);
        Only(await Bench.RunAsync(source, mode, Stop)).WrittenBack.ShouldBe(3);
    }

    [Fact]
    public async Task P9_values_of_an_undone_run_wait_again_when_the_undo_is_undone()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        WriteBack(WriteBackWhen.Changed);
        var source = Taking(Persons(0, 3, " changed"));
        source.FailingCall = 0;
        var run = await Bench.MergeAsync(source);
        (await Bench.CountAsync(Outbox, ("state", "pending"))).ShouldBe(3);

        var undo = await Bench.UndoAsync(run);

        (await Bench.CountAsync(Outbox, ("state", "pending"))).ShouldBe(0);
        await Bench.UndoAsync(undo);
        (await Bench.CountAsync(Outbox, ("state", "pending"))).ShouldBe(3);
    }

    [Fact]
    public async Task P9_a_value_that_an_undone_run_had_replaced_is_still_written_back()
    {
        WriteBack(WriteBackWhen.Changed);
        var earlier = Taking([Person("z", "Zoe")]);
        earlier.Refuses.Add("z");
        var first = await Bench.MergeAsync(earlier);
        var source = Taking([Person("z", "Zoe wrong")]);
        source.Refuses.Add("z");
        var run = await Bench.MergeAsync(source);

        var undo = await Bench.UndoAsync(run);

        (await WaitingAsync("run")).ShouldBe([first.Run]);
        await Bench.UndoAsync(undo);
        (await WaitingAsync("run")).ShouldBe([run.Run]);
    }

    [Fact]
    public async Task P9_keys_that_are_numbers_are_written_back_too()
    {
        WriteBack(WriteBackWhen.Read);
        var source = new TakingSource(Pets);
        source.With("pets", ["""{"id":7,"name":"Rex"}""", """{"id":-12,"name":"Tom"}"""]);

        Only(await Bench.ReplaceAsync(source)).WrittenBack.ShouldBe(2);
        Only(await Bench.ReplaceAsync(source)).WrittenBack.ShouldBe(2);
        source.Taken.Keys.ShouldBe(["-12", "7"]);
    }

    [Fact]
    public async Task P9_without_write_back_there_is_no_outbox()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));

        (await TablesAsync()).ShouldNotContain(Outbox);
    }

    protected static TakingSource Taking(params string[][] pages)
    {
        var source = new TakingSource(People);
        source.With("people", pages);
        return source;
    }

    protected void WriteBack(WriteBackWhen when) => Bench.Policy = table => table with
    {
        WriteBack = new WriteBack(new Dictionary<string, string> { ["status"] = "Synced" }) { When = when },
    };
}
