using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public abstract partial class DestinationPromises
{
    [Fact]
    public async Task P5_a_publish_that_would_delete_too_much_parks_and_goes_on_when_approved()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        var source = PeopleSource(Persons(0, 80));
        var parked = await Bench.ReplaceAsync(source);

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.too_many_deletes");
        (await Bench.CountAsync("people")).ShouldBe(100);

        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run };
        var approved = await Bench.ReplaceAsync(source);
        approved.Status.ShouldBe(RunStatus.Succeeded);
        Only(approved).ShouldSatisfyAllConditions(figures => figures.Deleted.ShouldBe(20), figures => figures.Read.ShouldBe(80));
        source.PagesRead.ShouldBe(1); // what was staged is published; the source is not asked again
        (await Bench.CountAsync("people")).ShouldBe(80);
    }

    [Theory]
    [InlineData(false, false, "the source no longer shows Harbour, Market, Mill, Pier, Quay and 2 more, which")]
    [InlineData(true, false, "it is not known what they were read from")]
    [InlineData(false, true, "the source no longer shows Harbour, Market, Mill, Pier, Quay and 2 more, which")]
    public async Task P4_rows_whose_records_were_not_asked_for_stay_until_that_is_approved(bool isUnknown, bool keysOnly, string why)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 20)));
        var source = PeopleSource(Persons(1, 19));
        source.Unasked = isUnknown ? null : ["Harbour", "Market", "Mill", "Pier", "Quay", "Square", "Tower"];
        Bench.Policy = table => (table with { KeysOnly = keysOnly }).Compared(keysOnly);

        var parked = await Bench.ReplaceAsync(source);

        parked.Status.ShouldBe(RunStatus.Parked);
        var problem = parked.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("guard.out_of_sight");
        problem.Message.ShouldStartWith("1 rows of people would be deleted without proof");
        problem.Message.ShouldContain(why);
        source.Compared.ShouldBe(("-1", "-1"));
        (await Bench.CountAsync("people")).ShouldBe(20);

        Bench.Limits = plan => plan with { IgnoresLimits = true };
        Only(await Bench.ReplaceAsync(source)).Deleted.ShouldBe(1);
        (await Bench.CountAsync("people")).ShouldBe(19);
    }

    [Fact]
    public async Task P4_what_is_out_of_sight_stops_no_run_that_deletes_only_what_the_source_says_is_gone()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 20)));
        var source = PeopleSource(Persons(0, 21));
        source.Unasked = ["Harbour"];
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Succeeded);

        source = PeopleSource(["-" + Person("p000003", "")]);
        source.Unasked = ["Harbour"];
        var merged = await Bench.MergeAsync(source);

        merged.Status.ShouldBe(RunStatus.Succeeded);
        Only(merged).Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task P5_an_empty_source_over_a_filled_table_parks()
    {
        await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada")]));
        var parked = await Bench.ReplaceAsync(PeopleSource());

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.empty_source");
        (await Bench.CountAsync("people")).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P5_a_run_after_a_parked_one_reads_what_the_source_has_now(bool isApproved)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Parked);

        Bench.Limits = plan => plan with { IgnoresLimits = isApproved };
        var next = await Bench.ReplaceAsync(PeopleSource(Persons(0, 99)));

        next.Status.ShouldBe(RunStatus.Succeeded);
        Only(next).ShouldSatisfyAllConditions(figures => figures.Read.ShouldBe(99), figures => figures.Deleted.ShouldBe(1));
    }

    [Fact]
    public async Task P5_what_is_approved_is_published_and_nothing_else()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        var parked = await Bench.ReplaceAsync(PeopleSource(Persons(0, 80)));
        var other = await Bench.ReplaceAsync(PeopleSource(Persons(0, 70)));
        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run };

        var late = await Bench.ReplaceAsync(PeopleSource());
        late.Status.ShouldBe(RunStatus.Failed);
        late.Problems.ShouldHaveSingleItem().Code.ShouldBe("run.staging_gone");
        (await Bench.CountAsync("people")).ShouldBe(100);

        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = other.Run };
        var approved = await Bench.ReplaceAsync(PeopleSource());
        approved.Status.ShouldBe(RunStatus.Succeeded);
        Only(approved).Deleted.ShouldBe(30);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public async Task P4_what_another_pipeline_wrote_is_not_deleted_for_not_being_read(int undoRuns)
    {
        Bench.Policy = table => table with { UndoRuns = undoRuns };
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        await Bench.ChangeAllByHandAsync("_tidemark_checkpoints", ("pipeline", "other"));
        await Bench.ChangeAllByHandAsync("_tidemark_undo", ("pipeline", "other"));
        await Bench.ChangeAllByHandAsync("_tidemark_writers", ("pipeline", "other"));
        (await Bench.ReplaceAsync(PeopleSource(Persons(0, 60)))).Status.ShouldBe(RunStatus.Succeeded);

        var parked = await Bench.ReplaceAsync(PeopleSource(Persons(5, 60)));

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("guard.shared_table"), problem => problem.Message.ShouldContain("other"));
        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run };
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Succeeded);
        Bench.Limits = plan => plan;
        Only(await Bench.ReplaceAsync(PeopleSource(Persons(6, 59)))).Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_source_makes_an_empty_table()
    {
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people")).ShouldBe(0);
        (await Bench.MergeAsync(PeopleSource())).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task A_cursor_that_is_too_old_makes_a_merge_read_and_compare_everything()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 50)));
        var source = PeopleSource(Persons(1, 50));
        source.Resumes = false;
        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded);
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Deleted.ShouldBe(1), figures => figures.Created.ShouldBe(1), figures => figures.Unchanged.ShouldBe(49));
    }

    [Theory]
    [InlineData("dropped")]
    [InlineData("emptied")]
    [InlineData("renamed")]
    [InlineData("made anew")]
    public async Task P1_a_table_that_is_gone_is_filled_from_the_beginning(string what)
    {
        var source = PeopleSource(Persons(0, 5), Persons(5, 5));
        source.Fault = ("people", 1, ScriptedSource.Broken());
        await Bench.MergeAsync(source);
        source.Fault = null;
        if (what == "emptied") await Bench.DeleteAllAsync("people");
        else if (what == "renamed") await Bench.RenameAsync("people", "people_before");
        else await Bench.DropAsync("people");
        if (what == "made anew") await Bench.MakeTableAsync("people", "id");
        (await PlanAsync(source, WriteMode.Merge)).Plan!.Streams.ShouldHaveSingleItem().Adds.ShouldBe(10);

        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        Only(result).IsFull.ShouldBeTrue();
        (await Bench.CountAsync("people")).ShouldBe(10);
    }

    [Fact]
    public async Task A_failed_stream_does_not_stop_the_others_of_a_merge()
    {
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "Ada")]).With("pets", ["""{"id":1,"name":"Rex"}"""]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Partial);
        (await Bench.RowsAsync("people", "name")).ShouldBe(["Ada"]);
    }

    [Fact]
    public async Task A_run_that_was_overtaken_can_no_longer_commit()
    {
        var table = new TablePlan("people", People);
        await using var first = Bench.OpenDestination();
        await using var load = await first.BeginAsync(new LoadPlan("test", "r-1"), Stop);
        var stream = await load.OpenAsync(table, Stop);
        await Bench.ChangeAllByHandAsync("_tidemark_checkpoints", ("run", "r-2"));
        var batch = new RowBatch(People);
        new RecordMapper(People, true, true).Map("""{"id":"a"}"""u8, false, batch).IsAdded.ShouldBeTrue();

        var lost = await Should.ThrowAsync<Tidemark.Engine.Errors.TidemarkException>(() =>
            stream.WriteAsync(batch, new Checkpoint(new("1"), StagedCounts.None, DateTimeOffset.UnixEpoch), _ => Task.CompletedTask, Stop));
        lost.Code.ShouldBe("run.lease_lost");
        (await Bench.CountAsync("people")).ShouldBe(0);
        await stream.DisposeAsync();
    }
}
