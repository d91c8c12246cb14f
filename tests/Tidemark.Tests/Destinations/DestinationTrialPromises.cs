using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P7: what an undo would come to is known before, and knowing it changes nothing.</summary>
public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P7_a_trial_of_an_undo_comes_to_its_figures_and_changes_nothing(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        string[] records = [.. Persons(0, 10, " wrong"), .. Persons(100, 6)];
        if (mode == WriteMode.Merge) records = [.. records, """-{"id":"p000020"}""", """-{"id":"p000021"}"""];
        else records = [.. records, .. Persons(10, 10), .. Persons(22, 18)];
        var run = await Bench.RunAsync(PeopleSource(records), mode, Stop);
        await Bench.MergeAsync(PeopleSource([Person("p000000", "newer"), Person("p000101", "newer")]));
        var before = await Bench.RowsAsync("people");

        var trial = (await Bench.TryUndoAsync(run)).ShouldHaveSingleItem();
        (await Bench.TryUndoAsync(run)).ShouldHaveSingleItem().Untouched.ShouldBe(trial.Untouched);

        (await Bench.RowsAsync("people")).ShouldBe(before);
        (trial.Restored, trial.Created, trial.Deleted, trial.Untouched).ShouldBe((9, 2, 5, 2));
        trial.UntouchedRows.Select(row => row.Key).ShouldBe(["p000000", "p000101"], ignoreOrder: true);
        var undo = await Bench.UndoAsync(run);
        undo.Status.ShouldBe(RunStatus.Partial);
        Only(undo).ShouldSatisfyAllConditions(
            figures => figures.Updated.ShouldBe(trial.Restored), figures => figures.Created.ShouldBe(trial.Created),
            figures => figures.Deleted.ShouldBe(trial.Deleted), figures => figures.Skipped.ShouldBe(trial.Untouched));
    }

    [Fact]
    public async Task P7_a_trial_of_an_undo_is_refused_as_the_undo_is()
    {
        var run = await Bench.MergeAsync(PeopleSource(Persons(0, 3)));
        (await Bench.TryUndoAsync(run)).ShouldHaveSingleItem().Deleted.ShouldBe(3);
        await Bench.UndoAsync(run);

        (await Should.ThrowAsync<TidemarkException>(() => Bench.TryUndoAsync(run))).Code.ShouldBe("undo.already");
    }
}
