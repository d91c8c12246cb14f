using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P7: what a run changed can be taken back, and nothing else is.</summary>
public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_undo_restores_every_row_value_for_value(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 300)));
        var before = await Bench.RowsAsync("people");
        var changes = PeopleSource([.. Persons(5, 200, " changed"), .. Persons(205, 95), .. Persons(300, 20)]);
        if (mode == WriteMode.Merge) changes.With("people", [.. Persons(5, 200, " changed"), .. Persons(300, 20), """-{"id":"p000001"}"""]);
        var run = await Bench.RunAsync(changes, mode, Stop);
        var after = await Bench.RowsAsync("people");

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Succeeded);
        undo.IsVerified.ShouldBeTrue();
        Only(undo).ShouldSatisfyAllConditions(
            figures => figures.Updated.ShouldBe(200), figures => figures.Deleted.ShouldBe(20),
            figures => figures.Created.ShouldBe(mode == WriteMode.Merge ? 1 : 5), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.RowsAsync("people")).ShouldBe(before);
        var again = await Bench.UndoAsync(undo);
        again.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people")).ShouldBe(after);
        (await Bench.UndoAsync(again)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task P7_runs_are_undone_one_after_the_other_back_to_the_first()
    {
        var first = await Bench.MergeAsync(PeopleSource(Persons(0, 10)));
        var states = new List<IReadOnlyList<string>> { await Bench.RowsAsync("people") };
        var runs = new List<RunResult>();
        for (var round = 1; round <= 3; round++)
        {
            runs.Add(await Bench.MergeAsync(PeopleSource(Persons(round, 8, $" round {round}"))));
            states.Add(await Bench.RowsAsync("people"));
        }

        for (var round = 3; round >= 1; round--)
        {
            (await Bench.UndoAsync(runs[round - 1])).Status.ShouldBe(RunStatus.Succeeded);
            (await Bench.RowsAsync("people")).ShouldBe(states[round - 1]);
        }

        Only(await Bench.UndoAsync(first)).Deleted.ShouldBe(10);
        (await Bench.RowsAsync("people")).ShouldBeEmpty();
    }

    [Fact]
    public async Task P7_rows_that_a_later_run_has_changed_are_left_and_listed()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        var run = await Bench.MergeAsync(PeopleSource([.. Persons(0, 3, " wrong"), Person("new1", "wrong"), Person("new2", "wrong")]));
        await Bench.MergeAsync(PeopleSource([Person("p000000", "newer"), Person("new1", "newer"), """-{"id":"p000001"}"""]));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.changed_since");
        undo.Problems[0].Message.ShouldContain("3 rows");
        Only(undo).ShouldSatisfyAllConditions(
            figures => figures.Updated.ShouldBe(1), figures => figures.Deleted.ShouldBe(1), figures => figures.Skipped.ShouldBe(3));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(
            ["new1|newer", "p000000|newer", "p000002|name 2", "p000003|name 3", "p000004|name 4"]);
    }

    [Fact]
    public async Task P7_after_an_undo_the_stream_is_read_from_where_it_stood()
    {
        var source = PeopleSource(Persons(0, 5));
        var first = await Bench.MergeAsync(source);
        source.With("people", Persons(0, 5), Persons(5, 5));
        source.Fault = ("people", 1, ScriptedSource.Broken());
        await Bench.MergeAsync(source);
        source.Fault = null;
        await Bench.UndoAsync(first);
        (await Bench.CountAsync("people")).ShouldBe(0);

        (await Bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people")).ShouldBe(10);
    }

    [Fact]
    public async Task P7_a_run_is_undone_once_and_only_where_it_changed_something()
    {
        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        var unchanged = await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        (await Bench.UndoAsync(unchanged)).Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.unknown");
        var undo = await Bench.UndoAsync(run);

        var twice = await Bench.UndoAsync(run);

        twice.Status.ShouldBe(RunStatus.Failed);
        twice.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("undo.already"), problem => problem.Hint!.ShouldContain(undo.Run));
    }

    [Fact]
    public async Task P7_images_are_kept_of_the_last_runs_only()
    {
        Bench.Policy = table => table with { UndoRuns = 2 };
        var runs = new List<RunResult>();
        for (var round = 0; round < 5; round++) runs.Add(await Bench.MergeAsync(PeopleSource(Persons(0, 4, $" {round}"))));

        (await Bench.UndoAsync(runs[1])).Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.unknown");
        (await Bench.RowsAsync("_tidemark_before_people", "_undo_run")).Distinct().Count().ShouldBe(2);
        Bench.Policy = table => table with { UndoRuns = 0 };
        var last = await Bench.MergeAsync(PeopleSource(Persons(0, 4, " unkept")));
        (await Bench.UndoAsync(last)).Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.unknown");
    }

    [Fact]
    public async Task P7_rows_that_were_refused_have_no_image()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 50)));
        await Bench.MakeUniqueAsync("people", "name");
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            var before = await Bench.RowsAsync("people");
            var run = await Bench.RunAsync(
                PeopleSource([.. Persons(0, 49, $" {mode}"), Person("p000049", $"name 3 {mode}")]), mode, Stop);
            Only(run).Quarantined.ShouldBe(1);

            (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
            (await Bench.RowsAsync("people")).ShouldBe(before);
        }
    }

    [Fact]
    public async Task P7_rows_that_somebody_has_changed_by_hand_are_left_and_listed()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        var run = await Bench.MergeAsync(PeopleSource([.. Persons(0, 4, " wrong"), .. Persons(10, 3)]));
        foreach (var key in new[] { "p000001", "p000011" }) await Bench.ChangeByHandAsync("people", ("id", key), ("name", "mended"));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("p000011: Somebody has changed it since.");
        Only(undo).ShouldSatisfyAllConditions(
            figures => figures.Updated.ShouldBe(3), figures => figures.Deleted.ShouldBe(2), figures => figures.Skipped.ShouldBe(2));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(
            ["p000000|name 0", "p000001|mended", "p000002|name 2", "p000003|name 3", "p000004|name 4", "p000011|mended"]);
    }

    [Fact]
    public async Task P7_a_run_that_published_what_an_earlier_one_had_staged_is_undone_whole()
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        var before = await Bench.RowsAsync("people");
        var source = PeopleSource([.. Persons(0, 40, " changed"), .. Persons(40, 20), .. Persons(100, 7)]);
        var parked = await Bench.ReplaceAsync(source);
        parked.Status.ShouldBe(RunStatus.Parked);
        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run };
        var approved = await Bench.ReplaceAsync(source);
        Only(approved).ShouldSatisfyAllConditions(
            figures => figures.Created.ShouldBe(7), figures => figures.Updated.ShouldBe(40), figures => figures.Deleted.ShouldBe(40));

        var undo = await Bench.UndoAsync(approved);

        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task P7_a_first_load_that_an_earlier_run_had_staged_is_undone_whole()
    {
        var source = new ScriptedSource(People, Pets).With("people", Persons(0, 30)).With("pets", ["""{"id":1,"name":"Rex"}"""]);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        source.Fault = null;
        var run = await Bench.ReplaceAsync(source);
        run.Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.CountAsync("people")).ShouldBe(0);
        (await Bench.CountAsync("pets")).ShouldBe(0);
    }

    [Fact]
    public async Task P7_an_undo_says_which_table_is_gone()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 2)));
        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 2, " x")));
        await Bench.RenameAsync("people", "gone");

        var undo = await Bench.UndoAsync(run);

        undo.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("undo.table_gone"), problem => problem.Message.ShouldContain("people"));
        await Bench.RenameAsync("gone", "people");
        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task P2_a_record_that_a_run_wrote_from_quarantine_is_there_again_when_the_run_is_undone()
    {
        await RefuseOldPeopleAsync();
        var entry = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        await AllowOldPeopleAsync();
        var healed = await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]));
        (await Bench.QuarantineAsync()).ShouldBeEmpty();

        var undo = await Bench.UndoAsync(healed);

        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await NamesAsync()).ShouldBe(["a|Ada"]);
        var back = (await Bench.QuarantineAsync()).ShouldHaveSingleItem();
        (back.Id, back.FirstSeen, back.Record.Payload, back.Record.CanRetry).ShouldBe((entry.Id, entry.FirstSeen, entry.Record.Payload, true));
        var again = await Bench.UndoAsync(undo);
        again.Status.ShouldBe(RunStatus.Succeeded);
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bob", "c|Cy"]);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        await Bench.UndoAsync(again);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Id.ShouldBe(entry.Id);
        (await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]))).Status.ShouldBe(RunStatus.Succeeded);
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bob", "c|Cy"]);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_an_old_payload_that_an_undo_puts_back_does_not_overwrite_a_newer_row()
    {
        await RefuseOldPeopleAsync();
        await AllowOldPeopleAsync();
        var healed = await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]));
        await Bench.MergeAsync(PeopleSource([Person("b", "Bobby")]));

        (await Bench.UndoAsync(healed)).Status.ShouldBe(RunStatus.Partial);

        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bobby"]);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.CanRetry.ShouldBeFalse();
        await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]));
        (await NamesAsync()).ShouldBe(["a|Ada", "b|Bobby", "c|Cy"]);
    }

    [Fact]
    public async Task P2_an_undo_that_is_refused_leaves_the_quarantine_as_it_is()
    {
        await RefuseOldPeopleAsync();
        await AllowOldPeopleAsync();
        var healed = await Bench.MergeAsync(PeopleSource([Person("c", "Cy")]));
        var undo = await Bench.UndoAsync(healed);
        await Bench.UndoAsync(undo);

        (await Bench.UndoAsync(undo)).Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.already");

        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }
}
