using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What ON DELETE takes of the application's tables is counted, guarded and reported (W8).</summary>
public abstract partial class SqlDestinationPromises
{
    /// <summary>Forty people; two of them have twenty of 25 visits, each with a line, and three badges.</summary>
    private async Task MakeVisitedPeopleAsync()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        await Sql.ExecuteAsync("CREATE TABLE visits (id integer PRIMARY KEY, who text REFERENCES people (id) ON DELETE CASCADE)");
        await Sql.ExecuteAsync("CREATE TABLE lines (visit integer REFERENCES visits (id) ON DELETE CASCADE, note text)");
        await Sql.ExecuteAsync("CREATE TABLE badges (who text REFERENCES people (id) ON DELETE SET NULL, number integer)");
        for (var visit = 0; visit < 25; visit++)
        {
            await Sql.ExecuteAsync($"INSERT INTO visits VALUES ({visit}, 'p{(visit < 10 ? 0 : visit < 20 ? 1 : 2):D6}')");
            await Sql.ExecuteAsync($"INSERT INTO lines VALUES ({visit}, 'x')");
        }

        await Sql.ExecuteAsync("INSERT INTO badges VALUES ('p000000', 1), ('p000001', 2), ('p000001', 3), ('p000039', 4)");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W8_a_run_that_would_take_too_many_rows_of_the_application_along_waits(WriteMode mode)
    {
        await MakeVisitedPeopleAsync();
        string[] records = mode == WriteMode.Merge ? ["""-{"id":"p000000"}""", """-{"id":"p000001"}"""] : Persons(2, 38);
        var parked = await Bench.RunAsync(PeopleSource(records), mode, Stop);

        parked.Status.ShouldBe(RunStatus.Parked, Why(parked));
        var problem = parked.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("guard.too_many_cascades");
        problem.Message.ShouldBe("20 of 25 rows of visits (80 %) would be deleted along with 2 rows of people; the limit is 15 %.");
        ((await Bench.CountAsync("people")), (await Bench.CountAsync("visits")), (await Bench.CountAsync("lines"))).ShouldBe((40, 25, 25));
        if (mode == WriteMode.Replace)
        {
            parked.Plan!.Streams.ShouldHaveSingleItem().Cascades.ShouldBe(
                [new("visits", 25, 20, 0), new("badges", 4, 0, 3), new("lines", 25, 20, 0)], ignoreOrder: true);
        }

        Bench.Limits = plan => plan with { IgnoresLimits = true };
        var run = await Bench.RunAsync(PeopleSource(records), mode, Stop);
        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        ((await Bench.CountAsync("people")), (await Bench.CountAsync("visits")), (await Bench.CountAsync("lines"))).ShouldBe((38, 5, 5));
        (await Bench.LogAsync(run)).ShouldContain("20 rows of lines were deleted along with rows of people.");
        (await Bench.LogAsync(run)).ShouldContain("3 rows of badges no longer refer to rows of people.");

        var undo = await Bench.UndoAsync(run);
        undo.Status.ShouldBe(RunStatus.Partial);
        (await Bench.CountAsync("people")).ShouldBe(40);
        var lost = undo.Problems.ShouldHaveSingleItem();
        lost.Code.ShouldBe("undo.went_along");
        lost.Message.ShouldContain("20 rows of visits were deleted along with rows of people.");
        lost.Message.ShouldEndWith("This is not kept, and does not come back.");
        (await Bench.UndoAsync(undo)).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task W8_a_dry_run_counts_what_would_go_along_and_changes_nothing()
    {
        await MakeVisitedPeopleAsync();
        Bench.Policy = table => table.Compared();
        Bench.Limits = plan => plan with { IsDryRun = true };
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            string[] records = mode == WriteMode.Merge ? ["""-{"id":"p000001"}"""] : [.. Persons(0, 1), .. Persons(2, 38)];
            var run = await Bench.RunAsync(PeopleSource(records), mode, Stop);

            var plan = run.Plan!.Streams.ShouldHaveSingleItem();
            (plan.Deletes, plan.Cascades.Count).ShouldBe((1, 3), Why(run));
            plan.Cascades.ShouldBe([new("visits", 25, 10, 0), new("badges", 4, 0, 2), new("lines", 25, 10, 0)], ignoreOrder: true);
            (await Bench.CountAsync("lines")).ShouldBe(25);
        }
    }

    [Fact]
    public async Task W8_what_is_approved_or_planned_takes_no_more_along_than_was_looked_at()
    {
        await MakeVisitedPeopleAsync();
        var source = PeopleSource(Persons(2, 38));
        var parked = await Bench.ReplaceAsync(source);
        parked.Status.ShouldBe(RunStatus.Parked);
        var saved = new SavedPlan("test", WriteMode.Replace, DateTimeOffset.UnixEpoch, parked.Plan!);
        await Sql.ExecuteAsync("INSERT INTO visits VALUES (25, 'p000001')");

        Bench.Limits = plan => plan with { IgnoresLimits = true, HeldTo = saved };
        Bench.Policy = table => table.Compared();
        var held = await Bench.ReplaceAsync(source);
        (held.Status, held.Problems.ShouldHaveSingleItem().Code).ShouldBe((RunStatus.Failed, "plan.moved_on"));
        held.Problems[0].Message.ShouldContain("21 rows of visits would be deleted along with rows of people; it was 20");

        Bench.Policy = table => table;
        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run, Approved = new(parked.Run, parked.Plan!) };
        var approved = await Bench.ReplaceAsync(source);
        (approved.Status, approved.Problems.ShouldHaveSingleItem().Code).ShouldBe((RunStatus.Failed, "approve.changed_since"), Why(approved));
        (await Bench.CountAsync("visits")).ShouldBe(26);
    }

    [Fact]
    public async Task W8_rows_that_are_marked_as_deleted_take_nothing_along()
    {
        await MakeVisitedPeopleAsync();
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        var run = await Bench.ReplaceAsync(PeopleSource(Persons(2, 38)));

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        (await Bench.CountAsync("visits")).ShouldBe(25);
    }

    [Fact]
    public async Task W8_rows_that_go_by_themselves_are_not_counted_as_going_along()
    {
        var source = new ScriptedSource(
            new StreamSchema("a_pets", [new("id", FieldType.Text), new("owner", FieldType.Text)]), new StreamSchema("b_owners", [new("id", FieldType.Text)]));
        string[] Owners(int from) => [.. Enumerable.Range(from, 100).Select(at => $$"""{"id":"o{{at}}"}""")];
        string[] Pets(int from) => [.. Enumerable.Range(from, 100).Select(at => $$"""{"id":"p{{at}}","owner":"o{{at}}"}""")];
        await Bench.MergeAsync(new ScriptedSource(DestinationPromises.Pets)); // makes the database
        await Sql.ExecuteAsync("CREATE TABLE b_owners (id text PRIMARY KEY)");
        await Sql.ExecuteAsync("CREATE TABLE a_pets (id text PRIMARY KEY, owner text REFERENCES b_owners (id) ON DELETE CASCADE)");
        (await Bench.ReplaceAsync(source.With("a_pets", Pets(0)).With("b_owners", Owners(0)))).Status.ShouldBe(RunStatus.Succeeded);
        await Sql.ExecuteAsync("INSERT INTO a_pets (id, owner) VALUES ('mine', 'o1')");
        Bench.Limits = plan => plan with { Limits = plan.Limits with { MaxDeletedPercent = 15 } };
        var run = await Bench.ReplaceAsync(source.With("a_pets", Pets(12)).With("b_owners", Owners(12)));

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        (await Bench.LogAsync(run)).Where(line => line.Contains("along", StringComparison.Ordinal)).ShouldBe(["1 rows of a_pets were deleted along with rows of b_owners."]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W8_rows_that_refer_to_each_other_are_followed_to_the_end(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Sql.ExecuteAsync("CREATE TABLE people (id text PRIMARY KEY, name text, boss text REFERENCES people (id) ON DELETE CASCADE)");
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        // A chain of rows of the application's own, and a ring.
        for (var at = 0; at < 20; at++) await Sql.ExecuteAsync($"INSERT INTO people (id, boss) VALUES ('own{at}', '{(at == 0 ? "p000003" : $"own{at - 1}")}')");
        await Sql.ExecuteAsync("UPDATE people SET boss = 'own19' WHERE id = 'p000003'");
        var run = await Bench.RunAsync(
            PeopleSource(mode == WriteMode.Merge ? ["""-{"id":"p000003"}"""] : [.. Persons(0, 3), .. Persons(4, 36)]), mode, Stop);

        run.Status.ShouldBe(RunStatus.Parked, Why(run));
        run.Problems.ShouldHaveSingleItem().Message.ShouldContain("20 of 60 rows of people");
        (await Bench.CountAsync("people")).ShouldBe(60);
    }
}
