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
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["100"]);

        Bench.Limits = plan => plan with { IsApproved = true, Parked = parked.Run };
        var approved = await Bench.ReplaceAsync(source);
        approved.Status.ShouldBe(RunStatus.Succeeded);
        Only(approved).ShouldSatisfyAllConditions(figures => figures.Deleted.ShouldBe(20), figures => figures.Read.ShouldBe(80));
        source.PagesRead.ShouldBe(1); // what was staged is published; the source is not asked again
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["80"]);
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
        Bench.Policy = table => table with { KeysOnly = keysOnly, IsPlanned = keysOnly };

        var parked = await Bench.ReplaceAsync(source);

        parked.Status.ShouldBe(RunStatus.Parked);
        var problem = parked.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("guard.out_of_sight");
        problem.Message.ShouldStartWith("1 rows of people would be deleted without proof");
        problem.Message.ShouldContain(why);
        source.Compared.ShouldBe(("-1", "-1"));
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["20"]);

        Bench.Limits = plan => plan with { IsApproved = true };
        Only(await Bench.ReplaceAsync(source)).Deleted.ShouldBe(1);
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["19"]);
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
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["1"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P5_a_run_after_a_parked_one_reads_what_the_source_has_now(bool isApproved)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Parked);

        Bench.Limits = plan => plan with { IsApproved = isApproved };
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
        Bench.Limits = plan => plan with { IsApproved = true, Parked = parked.Run };

        var late = await Bench.ReplaceAsync(PeopleSource());
        late.Status.ShouldBe(RunStatus.Failed);
        late.Problems.ShouldHaveSingleItem().Code.ShouldBe("run.staging_gone");
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["100"]);

        Bench.Limits = plan => plan with { IsApproved = true, Parked = other.Run };
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
        await Bench.ExecuteAsync("UPDATE _tidemark_checkpoints SET pipeline = 'other'");
        await Bench.ExecuteAsync("UPDATE _tidemark_undo SET pipeline = 'other'");
        await Bench.ExecuteAsync("UPDATE _tidemark_writers SET pipeline = 'other'");
        (await Bench.ReplaceAsync(PeopleSource(Persons(0, 60)))).Status.ShouldBe(RunStatus.Succeeded);

        var parked = await Bench.ReplaceAsync(PeopleSource(Persons(5, 60)));

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("guard.shared_table"), problem => problem.Message.ShouldContain("other"));
        Bench.Limits = plan => plan with { IsApproved = true, Parked = parked.Run };
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Succeeded);
        Bench.Limits = plan => plan;
        Only(await Bench.ReplaceAsync(PeopleSource(Persons(6, 59)))).Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_source_makes_an_empty_table()
    {
        (await Bench.ReplaceAsync(PeopleSource())).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["0"]);
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
    [InlineData("DROP TABLE people")]
    [InlineData("DELETE FROM people")]
    [InlineData("ALTER TABLE people RENAME TO people_before")]
    [InlineData("DROP TABLE people; CREATE TABLE people (id text PRIMARY KEY)")]
    public async Task P1_a_table_that_is_gone_is_filled_from_the_beginning(string statement)
    {
        var source = PeopleSource(Persons(0, 5), Persons(5, 5));
        source.Fault = ("people", 1, ScriptedSource.Broken());
        await Bench.MergeAsync(source);
        source.Fault = null;
        await Bench.ExecuteAsync(statement);
        (await PlanAsync(source, WriteMode.Merge)).Plan!.Streams.ShouldHaveSingleItem().Adds.ShouldBe(10);

        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        Only(result).IsFull.ShouldBeTrue();
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["10"]);
    }

    [Fact]
    public async Task P3_rows_that_something_in_the_database_swallows_make_the_receipt_fail()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await SwallowRowsNamedAsync("gone");
        var result = await Bench.MergeAsync(PeopleSource([Person("b", "gone"), Person("c", "Cy")]));

        result.Status.ShouldBe(RunStatus.Partial);
        result.Problems.ShouldContain(problem => problem.Code == "receipt.does_not_fit");
    }

    [Fact]
    public async Task P3_a_row_that_the_database_does_not_let_go_makes_the_receipt_fail_and_an_undo_partial()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var run = await Bench.MergeAsync(PeopleSource([Person("x", "X"), Person("y", "Y")]));
        await KeepRowsNamedAsync("X");

        var undo = await Bench.UndoAsync(run);
        var deleted = await Bench.MergeAsync(PeopleSource(["""-{"id":"x"}"""]));

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("x: The database does not let it go.");
        (Only(undo).Deleted, Only(undo).Skipped).ShouldBe((1, 1));
        deleted.Status.ShouldBe(RunStatus.Partial);
        deleted.Problems.ShouldHaveSingleItem().Code.ShouldBe("receipt.does_not_fit");
    }

    [Fact]
    public async Task A_failed_stream_does_not_stop_the_others_of_a_merge()
    {
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "Ada")]).With("pets", ["""{"id":1,"name":"Rex"}"""]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        var result = await Bench.MergeAsync(source);

        result.Status.ShouldBe(RunStatus.Partial);
        (await Bench.QueryAsync("SELECT name FROM people")).ShouldBe(["Ada"]);
    }

    [Fact]
    public async Task A_run_that_was_overtaken_can_no_longer_commit()
    {
        var table = new TablePlan("people", People);
        await using var first = Bench.OpenDestination();
        await using var load = await first.BeginAsync(new LoadPlan("test", "r-1"), Stop);
        var stream = await load.OpenAsync(table, Stop);
        await Bench.ExecuteAsync("UPDATE _tidemark_checkpoints SET run = 'r-2'");
        var batch = new RowBatch(People);
        new RecordMapper(People, true, true).Map("""{"id":"a"}"""u8, false, batch).IsAdded.ShouldBeTrue();

        var lost = await Should.ThrowAsync<Tidemark.Engine.Errors.TidemarkException>(() =>
            stream.WriteAsync(batch, new Checkpoint(new("1"), StagedCounts.None, DateTimeOffset.UnixEpoch), _ => Task.CompletedTask, Stop));
        lost.Code.ShouldBe("run.lease_lost");
        (await Bench.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["0"]);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_table_with_a_column_of_another_type_is_refused_before_anything_is_written()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the schema
        await Bench.ExecuteAsync("CREATE TABLE people (id text PRIMARY KEY, age real, name text)");
        await using var destination = Bench.OpenDestination();
        var problem = (await destination.CheckAsync([new TablePlan("people", People)], Stop)).ShouldHaveSingleItem();
        problem.Code.ShouldEndWith(".column_type");
        problem.Message.ShouldContain("age");
    }

    protected abstract Task SwallowRowsNamedAsync(string name);

    protected abstract Task KeepRowsNamedAsync(string name);
}
