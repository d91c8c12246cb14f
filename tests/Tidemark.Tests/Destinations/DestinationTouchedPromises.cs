using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Which rows a run created, changed and deleted can be told afterwards, and what cannot is said.</summary>
public abstract partial class DestinationPromises
{
    /// <summary>Ten people, and then a run that changes one, deletes one and creates one.</summary>
    private async Task<RunResult> ChangedPeopleAsync(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource(Persons(0, 10)));
        string[] records = mode == WriteMode.Merge
            ? [Person("p000003", "other"), Person("new", "came"), """-{"id":"p000007"}"""]
            : [.. Persons(0, 3), Person("p000003", "other"), .. Persons(4, 3), .. Persons(8, 2), Person("new", "came")];
        return await Bench.RunAsync(PeopleSource(records), mode, Stop);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task The_rows_of_a_run_are_told_with_what_they_held_before_and_after(WriteMode mode)
    {
        var run = await ChangedPeopleAsync(mode);

        var told = await Bench.TouchedAsync(run.Run);

        Told(told).ShouldBe(["Deleted p000007: id p000007→, name name 7→", "Updated p000003: name name 3→other", "Created new: id →new, name →came"]);
        told.Untold.ShouldBeEmpty();
        (await Bench.TouchedAsync(run.Run, limit: 1)).Table.ShouldSatisfyAllConditions(
            table => table.Rows.Count.ShouldBe(1), table => (table.Created, table.Updated, table.Deleted).ShouldBe((1, 1, 1)));
    }

    [Fact]
    public async Task The_rows_of_a_first_run_are_those_it_created()
    {
        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 3)));

        var told = await Bench.TouchedAsync(run.Run, limit: 2);

        (told.Table.Created, told.Table.Updated, told.Table.Deleted, told.Table.Rows.Count, told.Untold.Count).ShouldBe((3, 0, 0, 2, 0));
    }

    [Fact]
    public async Task The_rows_of_a_run_are_told_the_same_after_later_runs()
    {
        var run = await ChangedPeopleAsync(WriteMode.Merge);
        var before = Told(await Bench.TouchedAsync(run.Run));
        await Bench.MergeAsync(PeopleSource([Person("p000003", "third"), """-{"id":"new"}""", Person("p000007", "back")]));
        await Bench.MergeAsync(PeopleSource([Person("p000003", "fourth"), Person("new", "anew")]));

        var told = await Bench.TouchedAsync(run.Run);

        Told(told).ShouldBe(before);
        told.Untold.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_rows_of_a_run_that_was_undone_are_told_and_those_of_its_undo()
    {
        var run = await ChangedPeopleAsync(WriteMode.Merge);
        var before = Told(await Bench.TouchedAsync(run.Run));
        var undo = await Bench.UndoAsync(run);

        Told(await Bench.TouchedAsync(run.Run)).ShouldBe(before);
        var back = await Bench.TouchedAsync(undo.Run);
        Told(back).ShouldBe(["Deleted new: id new→, name came→", "Updated p000003: name other→name 3", "Created p000007: id →p000007, name →name 7"]);
        back.Untold.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_is_marked_as_deleted_is_told_as_deleted()
    {
        Bench.Policy = table => table with { Deletes = DeletePolicy.Soft };
        var run = await ChangedPeopleAsync(WriteMode.Merge);

        Told(await Bench.TouchedAsync(run.Run)).Select(line => line.Split(':')[0]).ShouldBe(["Deleted p000007", "Updated p000003", "Created new"]);
    }

    [Fact]
    public async Task What_can_no_longer_be_told_of_a_run_is_said_where_nothing_is_kept()
    {
        Bench.Policy = table => table with { UndoRuns = 0 };
        var run = await ChangedPeopleAsync(WriteMode.Merge);

        var told = await Bench.TouchedAsync(run.Run);

        Told(told).ShouldBe(["Written new: id →new, name →came", "Written p000003: id →p000003, name →other"]);
        told.Untold.Count.ShouldBe(2);
        told.Untold[0].ShouldContain("undo_runs");
        told.Untold[1].ShouldBe("1 row that it deleted cannot be told: they are not kept.");
    }

    [Fact]
    public async Task What_can_no_longer_be_told_of_a_run_is_said_where_it_is_too_far_back_or_later_runs_kept_nothing()
    {
        var run = await ChangedPeopleAsync(WriteMode.Merge);
        Bench.Policy = table => table with { UndoRuns = 0 };
        await Bench.MergeAsync(PeopleSource([Person("p000003", "third"), Person("new", "third")]));

        var told = await Bench.TouchedAsync(run.Run);

        Told(told).ShouldBe(["Deleted p000007: id p000007→, name name 7→", "Updated p000003: id p000003→, name name 3→"]);
        told.Table.Rows[1].IsAfterKnown.ShouldBeFalse();
        told.Untold.Count.ShouldBe(2);
        told.Untold[0].ShouldStartWith("1 row that it created or updated cannot be told");
        Bench.Policy = table => table with { UndoRuns = 1 };
        await Bench.MergeAsync(PeopleSource([Person("p000001", "fourth")]));
        (await Bench.TouchedAsync(run.Run)).ShouldSatisfyAllConditions(
            gone => gone.Table.Rows.ShouldBeEmpty(), gone => gone.Untold.Count.ShouldBe(3));
    }

    private static IReadOnlyList<string> Told(ToldTable told) =>
    [
        .. told.Table.Rows.Select(row =>
            $"{row.Deed} {row.Key}: {string.Join(", ", row.Fields.OrderBy(field => field.Name).Select(field => $"{field.Name} {field.Before}→{field.After}"))}"),
    ];
}
