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
        await Bench.ExecuteAsync("UPDATE events SET name = 'by hand'");

        var undo = await Bench.UndoAsync(run);

        Only(undo).Skipped.ShouldBe(2, Why(undo));
        (await Bench.QueryAsync("SELECT name FROM events")).ShouldBe(["by hand", "by hand"]);
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
        await Bench.ExecuteAsync("UPDATE events SET name = 'by hand' WHERE name = 'b wrong'");

        var undo = await Bench.UndoAsync(run);

        Only(undo).Skipped.ShouldBe(1, Why(undo));
        (await Bench.QueryAsync("SELECT name FROM events ORDER BY name")).ShouldBe(["a", "by hand"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_marked_row_that_somebody_has_deleted_since_does_not_come_back(WriteMode mode)
    {
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        var run = await Bench.RunAsync(PeopleSource(mode == WriteMode.Merge ? ["""-{"id":"p000001"}"""] : [.. Persons(0, 1), .. Persons(2, 1)]), mode, Stop);
        await Bench.ExecuteAsync("DELETE FROM people WHERE id = 'p000001'");

        var undo = await Bench.UndoAsync(run);

        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("p000001: It has been deleted since.");
        (await Bench.QueryAsync("SELECT id FROM people ORDER BY id")).ShouldBe(["p000000", "p000002"]);
    }

    [Fact]
    public async Task P7_a_row_that_a_deletion_did_not_touch_is_none_of_the_undo_s_business()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        await Bench.ExecuteAsync("INSERT INTO people (id, name) VALUES ('own', 'Own')");
        var run = await Bench.MergeAsync(PeopleSource(["""-{"id":"p000001"}""", """-{"id":"own"}"""]));
        Only(run).Deleted.ShouldBe(1);
        await Bench.ExecuteAsync("DELETE FROM people WHERE id = 'own'");

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.QueryAsync("SELECT id FROM people ORDER BY id")).ShouldBe(["p000000", "p000001", "p000002"]);
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
        var applied = await ApplyAsync(source, await Engine.Pipeline.SavedPlan.ReadAsync(file, Stop));
        applied.Status.ShouldBe(RunStatus.Succeeded, Why(applied));
        (await Bench.QueryAsync("SELECT count(*), min(id) FROM people")).ShouldBe(["50|p000001"]);
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
        await Bench.ExecuteAsync("CREATE UNIQUE INDEX totals ON bills (total)");
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            string[] records = [Bill("1", "c"), Bill("2", "d"), Bill("3", "c"), Bill("4", "e")];
            var run = await Bench.RunAsync(new ScriptedSource(bills).With("bills", mode == WriteMode.Merge ? [.. records, $$"""-{"{{name}}":"4"}"""] : records), mode, Stop);

            run.Status.ShouldBe(RunStatus.Partial, Why(run));
            Only(run).Quarantined.ShouldBe(1);
            (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
            (await Bench.QueryAsync("SELECT total FROM bills ORDER BY total")).ShouldBe(["a", "b", "c"]);
        }
    }

    [Fact]
    public async Task P7_a_unique_value_that_moved_from_row_to_row_moves_back()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 4)));
        await Bench.ExecuteAsync("CREATE UNIQUE INDEX names ON people (name)");
        var before = await Bench.QueryAsync(Everything);
        var run = await Bench.ReplaceAsync(PeopleSource([
            Person("p000000", "free"), Person("p000001", "name 0"), Person("p000002", "name 1"), Person("p000003", "name 2")]));
        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));

        var undo = await Bench.UndoAsync(run);

        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.QueryAsync(Everything)).ShouldBe(before);
        (await Bench.UndoAsync(undo)).Status.ShouldBe(RunStatus.Succeeded);
    }
}
