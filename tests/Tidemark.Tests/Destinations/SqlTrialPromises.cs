using Shouldly;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>P7: a trial leaves nothing in the tables that Tidemark keeps for itself either.</summary>
public abstract partial class SqlDestinationPromises
{
    [Fact]
    public async Task P7_a_trial_of_an_undo_leaves_checkpoints_images_and_fences_as_they_were()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 10)));
        var run = await Bench.MergeAsync(PeopleSource([.. Persons(0, 4, " wrong"), """-{"id":"p000007"}"""]));
        var before = await OwnAsync();

        await Bench.TryUndoAsync(run);

        (await OwnAsync()).ShouldBe(before);
        (await Bench.UndoAsync(run)).Problems.ShouldBeEmpty();
        (await OwnAsync()).ShouldNotBe(before);

        async Task<IReadOnlyList<string>> OwnAsync() =>
        [
            .. await Sql.QueryAsync("SELECT stream, kind, cursor, run FROM _tidemark_checkpoints ORDER BY 1, 2"),
            .. await Sql.QueryAsync("""SELECT "_undo_run", "_undo_op", id FROM _tidemark_before_people ORDER BY 1, 2, 3"""),
            .. await Sql.QueryAsync("SELECT table_name, run, taken_at FROM _tidemark_fences ORDER BY 1"),
        ];
    }

    [Fact]
    public async Task P7_a_trial_of_an_undo_says_what_went_along_and_what_other_tables_hold()
    {
        await MakeVisitedPeopleAsync();
        Bench.Limits = plan => plan with { IgnoresLimits = true };
        var run = await Bench.MergeAsync(PeopleSource(["""-{"id":"p000000"}""", Person("new", "wrong")]));
        await Sql.ExecuteAsync("INSERT INTO visits VALUES (99, 'new')");

        var trial = (await Bench.TryUndoAsync(run)).ShouldHaveSingleItem();

        (trial.Created, trial.Deleted, trial.Untouched).ShouldBe((1, 0, 1));
        trial.UntouchedRows.ShouldHaveSingleItem().Reason.ShouldBe("Another table refers to it: visits.");
        trial.Cascades.Single(each => each.Table == "visits").Deletes.ShouldBe(10);
    }
}
