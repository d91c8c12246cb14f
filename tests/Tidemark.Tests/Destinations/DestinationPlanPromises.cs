using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P7: what would change can be seen before it does. P5: what goes too far waits for a person.</summary>
public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_dry_run_says_what_would_change_and_changes_nothing(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        var before = await StateAsync();
        var source = PeopleSource([.. Persons(2, 38), Person("p000002", "Zoe"), Person("new", "N"), """{"id":"bad","age":"x"}"""]);
        if (mode == WriteMode.Merge) source.With("people", [Person("p000002", "Zoe"), Person("new", "N"), Person("p000003", "name 3"), """-{"id":"p000000"}""", """-{"id":"p000001"}""", """{"id":"bad","age":"x"}"""]);

        var planned = await PlanAsync(source, mode);

        planned.Status.ShouldBe(RunStatus.Planned);
        (await StateAsync()).ShouldBe(before);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        var changes = planned.Plan!.Streams.ShouldHaveSingleItem();
        (changes.Adds, changes.Updates, changes.Deletes, changes.Quarantined).ShouldBe((1, 1, 2, 1));
        changes.Unchanged.ShouldBe(mode == WriteMode.Merge ? 1 : 37);
        changes.Samples.ShouldContain(change => change.Kind == ChangeKind.Update && change.Key == "p000002"
            && change.Fields.Single() == new FieldChange("name", "name 2", "Zoe"));
        changes.Samples.Where(change => change.Kind == ChangeKind.Delete).Select(change => change.Key).ShouldBe(["p000000", "p000001"]);

        var real = await Bench.RunAsync(source, mode, Stop);
        (Only(real).Created, Only(real).Updated, Only(real).Deleted).ShouldBe((1, 1, 2));
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_dry_run_of_a_first_load_adds_everything_and_makes_no_table(WriteMode mode)
    {
        var planned = await PlanAsync(PeopleSource(Persons(0, 25)), mode);

        var changes = planned.Plan!.Streams.ShouldHaveSingleItem();
        (changes.Adds, changes.Updates, changes.Deletes, changes.Unchanged).ShouldBe((25, 0, 0, 0));
        (await TablesAsync()).ShouldNotContain("people");
        Only(await Bench.RunAsync(PeopleSource(Persons(0, 25)), mode, Stop)).Created.ShouldBe(25);
    }

    [Fact]
    public async Task R10_a_plan_lists_the_columns_that_the_table_would_get_and_those_that_would_become_text()
    {
        await Bench.MergeAsync(PeopleSource(["""{"id":"a","zeta":1}"""]));
        Bench.Policy = table => table.Compared();
        Bench.Limits = plan => plan with { IsDryRun = true };
        var planned = await Bench.ReplaceAsync(PeopleSource(["""{"id":"a","zeta":"one","theta":true}"""]));

        planned.Plan!.Streams.ShouldHaveSingleItem().Columns.ShouldBe(
            [new("theta", FieldType.Boolean), new("zeta", FieldType.Text) { Was = FieldType.Decimal }]);
        var read = RunJson.Read(RunJson.Write(planned));
        read.Plan!.Streams[0].Columns.ShouldBe(planned.Plan.Streams[0].Columns);
        RunJson.Write(planned).ShouldContain("\"columns\":[{\"name\":\"theta\",\"type\":\"boolean\"},{\"name\":\"zeta\",\"type\":\"text\",\"was\":\"decimal\"}]");
        (await Bench.RowsAsync("people", "id", "zeta")).ShouldBe(["a|1"]);
    }

    [Fact]
    public async Task P7_a_dry_run_over_an_applications_own_table_gives_it_no_column()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Bench.MakeTableAsync("people", "id", "name");
        await Bench.InsertAsync("people", ("id", "p000000"), ("name", "own"));
        await Bench.InsertAsync("people", ("id", "other"), ("name", "other"));
        Bench.Policy = table => table with { Adopts = true };

        var planned = await PlanAsync(PeopleSource(Persons(0, 2)), WriteMode.Replace);

        var changes = planned.Plan!.Streams.ShouldHaveSingleItem();
        (changes.Adds, changes.Updates, changes.Deletes).ShouldBe((1, 1, 0));
        (await Bench.RowsAsync("people")).ShouldBe(["other|other", "p000000|own"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_plan_is_carried_out_as_it_was_seen(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        var source = PeopleSource([.. Persons(20, 20), .. Persons(5, 15, " new"), Person("x", "X")]);
        if (mode == WriteMode.Merge) source.With("people", [.. Persons(5, 15, " new"), Person("x", "X"), .. Persons(0, 5).Select(gone => "-" + gone)]);
        var file = System.IO.Path.Combine(Bench.Folder, "plan.jsonl");
        await PlanAsync(source, mode, file);
        var plan = await PlanFile.ReadAsync(file, Stop);
        (await System.IO.File.ReadAllLinesAsync(file, Stop)).Length.ShouldBe(15 + 1 + 5 + 1);

        var result = await ApplyAsync(source, plan);

        result.Status.ShouldBe(RunStatus.Succeeded);
        (Only(result).Created, Only(result).Updated, Only(result).Deleted).ShouldBe((1, 15, 5));
        (await EndingInAsync("new")).ShouldBe(15);
        (await TablesAsync()).ShouldNotContain(table => table.StartsWith("_tidemark_plan", StringComparison.Ordinal));
        (await Bench.UndoAsync(result)).Status.ShouldBe(RunStatus.Succeeded);
        (await EndingInAsync("new")).ShouldBe(0);
        Only(await Bench.ReplaceAsync(PeopleSource(Persons(0, 40)))).Unchanged.ShouldBe(40);
    }

    [Theory]
    [InlineData("p000007", null, null)]
    [InlineData(null, "p000030", null)]
    [InlineData(null, null, "p000031")]
    public async Task P7_a_plan_is_refused_when_either_side_has_moved_on(string? changed, string? deleted, string? changedAtSource)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        string[] records = [.. Persons(20, 20), .. Persons(5, 15, " new"), .. Persons(0, 5)];
        var file = System.IO.Path.Combine(Bench.Folder, "plan.jsonl");
        await PlanAsync(PeopleSource(records), WriteMode.Replace, file);
        if (changed is not null) await Bench.ChangeByHandAsync("people", ("id", changed), ("name", "by hand"));
        if (deleted is not null) await Bench.DeleteAsync("people", ("id", deleted));
        if (changedAtSource is not null) records = [.. records, Person(changedAtSource, "newer")];
        var before = await Bench.RowsAsync("people");

        var result = await ApplyAsync(PeopleSource(records), await PlanFile.ReadAsync(file, Stop));

        result.Status.ShouldBe(RunStatus.Failed);
        result.Problems.ShouldHaveSingleItem().Code.ShouldBe("plan.moved_on");
        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task P5_a_merge_parks_before_the_batch_that_would_delete_too_much_and_shows_why()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));
        var source = PeopleSource([.. Persons(0, 30).Select(gone => "-" + gone)]);

        var parked = await Bench.MergeAsync(source);

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.too_many_deletes");
        (await Bench.CountAsync("people")).ShouldBe(100);
        Bench.Limits = plan => plan with { IgnoresLimits = true };
        var approved = await Bench.MergeAsync(source);
        approved.Status.ShouldBe(RunStatus.Succeeded);
        Only(approved).Deleted.ShouldBe(30);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P5_too_many_updates_park(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));
        Bench.Limits = plan => plan with { Limits = plan.Limits with { MaxUpdatedPercent = 20 } };

        var parked = await Bench.RunAsync(PeopleSource(Persons(0, 100, " wrong")), mode, Stop);

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.too_many_updates");
        (await EndingInAsync("wrong")).ShouldBe(0);
        if (mode == WriteMode.Replace) parked.Plan!.Streams.ShouldHaveSingleItem().Updates.ShouldBe(100);
    }

    [Theory]
    [InlineData(WriteMode.Merge, 10)]
    [InlineData(WriteMode.Merge, 0)]
    [InlineData(WriteMode.Replace, 10)]
    [InlineData(WriteMode.Replace, 0)]
    public async Task P5_a_narrowed_schema_parks_until_it_is_approved_however_many_runs_can_be_undone(WriteMode mode, int undoRuns)
    {
        Bench.Policy = table => table with { UndoRuns = undoRuns };
        await Bench.RunAsync(PeopleSource(Persons(0, 5)), mode, Stop);
        var before = await StateAsync();
        var narrow = People with { Fields = [.. People.Fields.Where(field => field.Name is not ("paid" or "tags"))] };
        var source = new ScriptedSource(narrow).With("people", Persons(0, 5));

        var parked = await Bench.RunAsync(source, mode, Stop);

        parked.Status.ShouldBe(RunStatus.Parked);
        parked.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("guard.narrowed_schema"), problem => problem.Message.ShouldContain("paid, tags"));
        (await Bench.RunAsync(source, mode, Stop)).Status.ShouldBe(RunStatus.Parked);
        (await StateAsync()).ShouldBe(before);
        Bench.Limits = plan => plan with { IgnoresLimits = true };
        source.With("people", Persons(0, 5, " new"));
        (await Bench.RunAsync(source, mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);
        Bench.Limits = plan => plan;
        (await Bench.RunAsync(source, mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task P5_columns_that_an_older_version_noted_for_its_undo_alone_count_as_filled()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        await Bench.DropAsync("_tidemark_writers");
        var narrow = People with { Fields = [.. People.Fields.Where(field => field.Name != "paid")] };

        var parked = await Bench.MergeAsync(new ScriptedSource(narrow).With("people", Persons(0, 5)));

        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.narrowed_schema");
    }

    [Fact]
    public async Task P5_a_scan_of_the_keys_fills_no_column_and_so_narrows_none()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        var narrow = People with { Fields = [.. People.Fields.Where(field => field.Name != "paid")] };

        (await ScanAsync(new ScriptedSource(narrow).With("people", Persons(1, 4)))).Status.ShouldBe(RunStatus.Succeeded);

        (await Bench.MergeAsync(new ScriptedSource(narrow).With("people", Persons(0, 5)))).Status.ShouldBe(RunStatus.Parked);
    }

    [Fact]
    public async Task P7_a_dry_run_shows_columns_that_have_another_owner_as_they_stay()
    {
        await Bench.MergeAsync(DealSource(Deal("a", "OPEN"), Deal("b", "OPEN")));
        await Bench.ChangeAllByHandAsync("deals", ("workflow_status", "REVIEW"));

        var planned = await PlanAsync(DealSource(Deal("a", "TALKS", "bob"), Deal("b", "WON", "bob")), WriteMode.Merge);

        planned.Plan!.Streams.ShouldHaveSingleItem().Samples
            .Select(change => $"{change.Key}: {string.Join(", ", change.Fields.Select(field => $"{field.Name} {field.Before}>{field.After}"))}")
            .ShouldBe(["a: stage OPEN>TALKS", "b: stage OPEN>WON, workflow_status REVIEW>WON"]);
    }

    [Fact]
    public async Task S2_2_P4_a_scan_of_the_keys_deletes_what_is_gone_and_writes_nothing_else()
    {
        var source = PeopleSource(Persons(0, 40));
        await Bench.MergeAsync(source);
        var cursor = await Bench.RowsAsync("_tidemark_checkpoints", ("kind", "live"), "cursor");
        // A scan looks at the key alone: the rest of a record may be wrong.
        source.With("people", [.. Enumerable.Range(3, 37).Select(at => $$"""{"id":"p{{at:D6}}","age":"not a number"}""")]);

        var scan = await ScanAsync(source);

        scan.Status.ShouldBe(RunStatus.Succeeded);
        Only(scan).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(37), figures => figures.Deleted.ShouldBe(3), figures => figures.Updated.ShouldBe(0),
            figures => figures.Unchanged.ShouldBe(37), figures => figures.IsAccountedFor.ShouldBeTrue());
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(Enumerable.Range(3, 37).Select(at => $"p{at:D6}|name {at}"));
        (await Bench.RowsAsync("_tidemark_checkpoints", ("kind", "live"), "cursor")).ShouldBe(cursor);
        (await TablesAsync()).ShouldNotContain(table => table.StartsWith("_tidemark_plan", StringComparison.Ordinal));
        (await Bench.UndoAsync(scan)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("people")).ShouldBe(40);
    }

    [Fact]
    public async Task P5_a_scan_of_the_keys_parks_where_too_much_is_gone_and_needs_a_table()
    {
        var source = PeopleSource(Persons(0, 40));
        (await ScanAsync(source)).Problems.ShouldHaveSingleItem().Code.ShouldBe("deletions.no_table");
        await Bench.MergeAsync(source);
        source.With("people", Persons(30, 10));

        (await ScanAsync(source)).Status.ShouldBe(RunStatus.Parked);

        (await Bench.CountAsync("people")).ShouldBe(40);
        source.Fault = ("people", 0, ScriptedSource.Broken());
        (await ScanAsync(source)).Status.ShouldBe(RunStatus.Failed);
        (await Bench.CountAsync("people")).ShouldBe(40);
    }

    /// <summary>How many people have a name that ends so.</summary>
    private async Task<int> EndingInAsync(string end) =>
        (await Bench.RowsAsync("people", "name")).Count(name => name.EndsWith(end, StringComparison.Ordinal));

    private async Task<RunResult> ScanAsync(ScriptedSource source)
    {
        var policy = Bench.Policy;
        Bench.Policy = table => (policy(table) with { KeysOnly = true }).Compared();
        var result = await Bench.ReplaceAsync(source);
        Bench.Policy = policy;
        return result;
    }

    private async Task<RunResult> PlanAsync(ScriptedSource source, WriteMode mode, string? file = null)
    {
        var (policy, limits) = (Bench.Policy, Bench.Limits);
        Bench.Policy = table => policy(table).Compared();
        Bench.Limits = plan => limits(plan) with { IsDryRun = true, SaveAs = file };
        var result = await Bench.RunAsync(source, mode, Stop);
        (Bench.Policy, Bench.Limits) = (policy, limits);
        return result;
    }

    private async Task<RunResult> ApplyAsync(ScriptedSource source, SavedPlan saved)
    {
        var (policy, limits) = (Bench.Policy, Bench.Limits);
        Bench.Policy = table => policy(table).Compared();
        Bench.Limits = plan => limits(plan) with { HeldTo = saved, IgnoresLimits = true };
        var result = await Bench.RunAsync(source, saved.Mode, Stop);
        (Bench.Policy, Bench.Limits) = (policy, limits);
        return result;
    }

    /// <summary>Everything in the database that is not the engine's own.</summary>
    private async Task<IReadOnlyList<string>> StateAsync() =>
        [.. await TablesAsync(), .. await Bench.RowsAsync("people"), .. await Bench.RowsAsync("_tidemark_checkpoints", ("kind", "live"))];

    protected abstract Task<IReadOnlyList<string>> TablesAsync();
}
