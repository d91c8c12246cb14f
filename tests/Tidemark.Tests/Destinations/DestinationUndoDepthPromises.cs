using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P7 where things meet: what an undo does after a column has come, a row has gone twice, a person has been there.</summary>
public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_column_that_the_run_has_added_is_empty_again_in_the_rows_that_come_back(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 3)));
        var run = await Bench.RunAsync(
            PeopleSource([.. Persons(0, 1), """{"id":"p000001","name":"name 1","nick":"Wrong"}""", .. Persons(2, 1)]), mode, Stop);
        (await Bench.RowsAsync("people", "id", "nick")).ShouldBe(["p000000|", "p000001|Wrong", "p000002|"]);

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.RowsAsync("people", "id", "nick")).ShouldBe(["p000000|", "p000001|", "p000002|"]);
    }

    [Fact]
    public async Task P7_a_row_that_one_run_deleted_and_made_anew_has_the_application_s_columns_again()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 2)));
        await Bench.AddColumnAsync("people", "note");
        await Bench.ChangeAllByHandAsync("people", ("note", "mine"));
        var before = await Bench.RowsAsync("people");
        // A batch ends where the next page would make it too large.
        var run = await Bench.MergeAsync(PeopleSource(["""-{"id":"p000001"}""", .. Persons(100, 20_000)], [Person("p000001", "anew")]));
        (await Bench.RowsAsync("people", ("id", "p000001"), "name", "note")).ShouldBe(["anew|"]);

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Theory]
    [InlineData(FieldType.Timestamp, "\"2024-02-29T23:59:59.5Z\"", "\"2024-03-01T00:00:00Z\"")]
    [InlineData(FieldType.Boolean, "true", "false")]
    [InlineData(FieldType.Float64, "1.5", "1e21")]
    [InlineData(FieldType.Float64, "2", "1e-7")]
    [InlineData(FieldType.Decimal, "1.50", "1e3")]
    [InlineData(FieldType.Date, "\"2024-02-29\"", "\"2024-03-01\"")]
    [InlineData(FieldType.Int64, "-1", "9007199254740993")]
    public async Task P7_a_change_by_hand_is_seen_whatever_the_key_is(FieldType type, string one, string other)
    {
        var events = new StreamSchema("events", [new("at", type), new("name", FieldType.Text)]) { Key = ["at"] };
        string Event(string at, string name) => $$"""{"at":{{at}},"name":"{{name}}"}""";
        await Bench.MergeAsync(new ScriptedSource(events).With("events", [Event(one, "a"), Event(other, "b")]));
        var run = await Bench.MergeAsync(new ScriptedSource(events).With("events", [Event(one, "a wrong"), Event(other, "b wrong")]));
        await Bench.ChangeAllByHandAsync("events", ("name", "by hand"));

        var undo = await Bench.UndoAsync(run);

        Only(undo).Skipped.ShouldBe(2, Why(undo));
        (await Bench.RowsAsync("events", "name")).ShouldBe(["by hand", "by hand"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\\\"; DROP TABLE events; --")]
    [InlineData("é🌊")]
    [InlineData("[\\\"a\\\"]")]
    public async Task P7_compound_keys_of_any_text_are_undone_and_left_by_name(string odd)
    {
        var events = new StreamSchema("events", [new("at", FieldType.Timestamp), new("who", FieldType.Text), new("name", FieldType.Text)])
        {
            Key = ["at", "who"],
        };
        string Event(string at, string name) => $$"""{"at":"{{at}}","who":"{{odd}}","name":"{{name}}"}""";
        const string one = "2024-02-29T23:59:59Z", other = "2024-03-01T00:00:00+05:30";
        await Bench.MergeAsync(new ScriptedSource(events).With("events", [Event(one, "a"), Event(other, "b")]));
        var run = await Bench.MergeAsync(new ScriptedSource(events).With("events", [Event(one, "a wrong"), Event(other, "b wrong")]));
        await Bench.ChangeByHandAsync("events", ("name", "b wrong"), ("name", "by hand"));

        var undo = await Bench.UndoAsync(run);

        Only(undo).Skipped.ShouldBe(1, Why(undo));
        (await Bench.RowsAsync("events", "name")).ShouldBe(["a", "by hand"]);
    }

    [Fact]
    public async Task P7_what_somebody_has_changed_since_an_undo_is_left_when_that_is_undone()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 4)));
        await Bench.ChangeByHandAsync("people", ("id", "p000003"), ("name", "before"));
        var run = await Bench.MergeAsync(PeopleSource([.. Persons(0, 1, " new"), """-{"id":"p000001"}""", .. Persons(3, 1, " new")]));
        var undo = await Bench.UndoAsync(run);
        await Bench.AddColumnAsync("people", "note");
        await Bench.ChangeAllByHandAsync("people", ("note", "mine"));
        foreach (var key in new[] { "p000000", "p000001" }) await Bench.ChangeByHandAsync("people", ("id", key), ("name", "by hand"));

        var again = await Bench.UndoAsync(undo);

        again.Status.ShouldBe(RunStatus.Partial);
        Only(again).Skipped.ShouldBe(2);
        (await Bench.RowsAsync("people", "id", "name", "note")).ShouldBe(
            ["p000000|by hand|mine", "p000001|by hand|mine", "p000002|name 2|mine", "p000003|name 3 new|mine"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_marked_row_that_somebody_has_deleted_since_does_not_come_back(WriteMode mode)
    {
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var run = await Bench.RunAsync(PeopleSource(mode == WriteMode.Merge ? ["""-{"id":"p000001"}"""] : [.. Persons(0, 1), .. Persons(2, 1)]), mode, Stop);
        await Bench.DeleteAsync("people", ("id", "p000001"));

        var undo = await Bench.UndoAsync(run);

        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("p000001: It has been deleted since.");
        (await Bench.RowsAsync("people", "id")).ShouldBe(["p000000", "p000002"]);
    }

    [Fact]
    public async Task P7_a_row_that_a_deletion_did_not_touch_is_none_of_the_undo_s_business()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        await Bench.InsertAsync("people", ("id", "own"), ("name", "Own"));
        var run = await Bench.MergeAsync(PeopleSource(["""-{"id":"p000001"}""", """-{"id":"own"}"""]));
        Only(run).Deleted.ShouldBe(1);
        await Bench.DeleteAsync("people", ("id", "own"));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("people", "id")).ShouldBe(["p000000", "p000001", "p000002"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P6_P7_a_row_in_whose_column_the_application_has_put_something_since_is_left(WriteMode mode)
    {
        string[] before = [Deal("a", "OPEN"), Deal("b", "OPEN"), Deal("c", "OPEN"), Deal("d", "OPEN"), Deal("e", "OPEN")];
        await Bench.RunAsync(DealSource(before), mode, Stop);
        await Bench.ChangeByHandAsync("deals", ("remote_id", "c"), ("phone", "+1"), ("workflow_status", "REVIEW"));
        var run = await Bench.RunAsync(
            DealSource(
                Deal("a", "TALKS", phone: "\"+9\""), Deal("b", "TALKS", phone: "\"+9\""), Deal("c", "TALKS", phone: "\"+9\""),
                Deal("d", "WON"), Deal("e", "WON")), mode, Stop);
        foreach (var key in new[] { "a", "c" }) await Bench.ChangeByHandAsync("deals", ("remote_id", key), ("phone", "+2"));
        foreach (var key in new[] { "c", "d" }) await Bench.ChangeByHandAsync("deals", ("remote_id", key), ("workflow_status", "PAID"));

        var undo = await Bench.UndoAsync(run);

        Only(undo).Skipped.ShouldBe(2);
        (await Bench.RowsAsync("deals", "remote_id", "stage", "workflow_status", "phone")).ShouldBe(
            ["a|TALKS|NEW|+2", "b|OPEN|NEW|", "c|OPEN|PAID|+2", "d|WON|PAID|", "e|OPEN|NEW|"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_runs_that_failed_before_they_changed_anything_are_not_counted(WriteMode mode)
    {
        Bench.Policy = table => table with { UndoRuns = 1 };
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var before = await Bench.RowsAsync("people");
        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 3, " wrong")));
        var broken = PeopleSource(Persons(0, 3));
        broken.Fault = ("people", 0, ScriptedSource.Broken());
        (await Bench.RunAsync(broken, mode, Stop)).Status.ShouldBe(RunStatus.Failed);

        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task P7_a_dry_run_of_a_merge_whose_cursor_is_too_old_shows_what_is_gone_and_can_be_applied()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 50)));
        var source = PeopleSource(Persons(1, 50));
        source.Resumes = false;
        var file = System.IO.Path.Combine(Bench.Folder, "plan.jsonl");

        var planned = await PlanAsync(source, WriteMode.Merge, file);

        var changes = planned.Plan!.Streams.ShouldHaveSingleItem();
        (changes.Adds, changes.Updates, changes.Deletes).ShouldBe((1, 0, 1));
        var applied = await ApplyAsync(source, await Engine.Pipeline.Comparing.PlanFile.ReadAsync(file, Stop));
        applied.Status.ShouldBe(RunStatus.Succeeded, Why(applied));
        (await Bench.RowsAsync("people", "id")).ShouldBe(Enumerable.Range(1, 50).Select(at => $"p{at:D6}"));
    }

    [Theory]
    [InlineData("n")]
    [InlineData("op")]
    [InlineData("reason")]
    [InlineData("number")]
    [InlineData("k0")]
    [InlineData("place")]
    public async Task A_key_may_have_any_name(string name)
    {
        var bills = new StreamSchema("bills", [new(name, FieldType.Text), new("total", FieldType.Text)]) { Key = [name] };
        string Bill(string id, string total) => $$"""{"{{name}}":"{{id}}","total":"{{total}}"}""";
        await Bench.ReplaceAsync(new ScriptedSource(bills).With("bills", [Bill("1", "a"), Bill("2", "b"), Bill("3", "c")]));
        await Bench.MakeUniqueAsync("bills", "total");
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            string[] records = [Bill("1", "c"), Bill("2", "d"), Bill("3", "c"), Bill("4", "e")];
            var run = await Bench.RunAsync(new ScriptedSource(bills).With("bills", mode == WriteMode.Merge ? [.. records, $$"""-{"{{name}}":"4"}"""] : records), mode, Stop);

            run.Status.ShouldBe(RunStatus.Partial, Why(run));
            Only(run).Quarantined.ShouldBe(1);
            (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
            (await Bench.RowsAsync("bills", "total")).ShouldBe(["a", "b", "c"]);
        }
    }

    [Fact]
    public async Task P7_a_unique_value_that_moved_from_row_to_row_moves_back()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 4)));
        await Bench.MakeUniqueAsync("people", "name");
        var before = await Bench.RowsAsync("people");
        var run = await Bench.ReplaceAsync(PeopleSource([
            Person("p000000", "free"), Person("p000001", "name 0"), Person("p000002", "name 1"), Person("p000003", "name 2")]));
        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("people")).ShouldBe(before);
        (await Bench.UndoAsync(undo)).Status.ShouldBe(RunStatus.Succeeded);
    }
}
