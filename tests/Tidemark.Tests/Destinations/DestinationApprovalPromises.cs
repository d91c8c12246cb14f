using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>W11: an approval does what was shown, and what waits for it is left alone.</summary>
public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W11_a_dry_run_of_what_would_park_says_why(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));
        var source = mode == WriteMode.Replace ? PeopleSource(Persons(30, 70)) : PeopleSource([.. Persons(0, 30).Select(gone => "-" + gone)]);

        var planned = await PlanAsync(source, mode);

        planned.Status.ShouldBe(RunStatus.Planned);
        planned.WouldPark.ShouldBeTrue();
        planned.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.too_many_deletes");
        planned.Plan!.Streams.ShouldHaveSingleItem().Deletes.ShouldBe(30);
        (await Bench.CountAsync("people")).ShouldBe(100);
    }

    [Fact]
    public async Task W11_a_dry_run_that_would_leave_columns_alone_says_so()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5)));
        var narrow = People with { Fields = [.. People.Fields.Where(field => field.Name != "paid")] };

        var planned = await PlanAsync(new ScriptedSource(narrow).With("people", Persons(0, 5)), WriteMode.Replace);

        planned.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.narrowed_schema");
    }

    [Theory]
    [InlineData("p000007", true)]
    [InlineData("p000050", true)]
    [InlineData("p000060", true)] // it was not to be changed
    [InlineData("p000007", false)]
    [InlineData("p000050", false)]
    [InlineData("p000060", false)]
    public async Task W11_an_approval_that_meets_edited_rows_changes_nothing_and_names_them(string edited, bool keepsRaw)
    {
        Bench.Policy = table => table with { KeepsRaw = keepsRaw };
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));
        var source = PeopleSource([Person("p000050", "new"), .. Persons(30, 20), .. Persons(51, 49)]);
        var parked = await Bench.ReplaceAsync(source);
        parked.Status.ShouldBe(RunStatus.Parked);
        await Bench.ChangeByHandAsync("people", ("id", edited), ("name", "by hand"));
        var before = await Bench.RowsAsync("people");

        var approved = await ApproveAsync(source, parked);

        approved.Status.ShouldBe(RunStatus.Failed);
        approved.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("approve.changed_since"),
            problem => { if (edited != "p000007") problem.Message.ShouldContain(edited); });
        (await Bench.RowsAsync("people")).ShouldBe(before);
    }

    [Fact]
    public async Task W11_what_a_parked_run_has_staged_survives_a_merge_beside_it()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));
        var source = PeopleSource(Persons(30, 70));
        var parked = await Bench.ReplaceAsync(source);
        Bench.Limits = plan => plan with { Waiting = new HashSet<string>(StringComparer.Ordinal) { parked.Run } };
        (await Bench.MergeAsync(PeopleSource([Person("p000040", "name 40")]))).Status.ShouldBe(RunStatus.Succeeded);
        Bench.Limits = plan => plan;

        var approved = await ApproveAsync(source, parked);

        approved.Status.ShouldBe(RunStatus.Succeeded);
        (Only(approved).Deleted, await Bench.CountAsync("people")).ShouldBe((30, 70));
    }

    [Fact]
    public async Task W11_a_parked_merge_says_where_its_rows_are_shown()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 100)));

        var parked = await Bench.MergeAsync(PeopleSource([.. Persons(0, 30).Select(gone => "-" + gone)]));

        parked.Problems.ShouldHaveSingleItem().Hint!.ShouldContain("dry run");
    }

    private async Task<RunResult> ApproveAsync(ScriptedSource source, RunResult parked)
    {
        Bench.Limits = plan => plan with { IgnoresLimits = true, Continues = parked.Run, Approved = new(parked.Run, parked.Plan!) };
        var approved = await Bench.ReplaceAsync(source);
        Bench.Limits = plan => plan;
        return approved;
    }
}
