using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public abstract partial class DestinationPromises
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task W1_a_row_that_is_changed_by_hand_while_a_reading_is_interrupted_is_repaired(bool keepsRaw, bool isDeleted)
    {
        Bench.Policy = table => table with { KeepsRaw = keepsRaw };
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "Ada"), Person("b", "Bob")]).With("pets", ["""{"id":1}"""]);
        await Bench.ReplaceAsync(source);
        source.Fault = ("pets", 0, ScriptedSource.Broken());
        (await Bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        if (isDeleted) await Bench.DeleteAsync("people", ("id", "a"));
        else await Bench.ChangeByHandAsync("people", ("id", "a"), ("name", "by hand"));
        source.Fault = null;
        var result = await Bench.ReplaceAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W1_a_record_that_is_read_again_repairs_what_was_changed_by_hand(WriteMode mode)
    {
        string[] records = [Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")];
        await Bench.MergeAsync(PeopleSource(records));
        await Bench.ChangeByHandAsync("people", ("id", "b"), ("name", "Mallory"));
        await Bench.ChangeByHandAsync("people", ("id", "c"), ("name", null));
        var result = await Bench.RunAsync(PeopleSource(records), mode, Stop);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (Only(result).Updated, Only(result).Unchanged).ShouldBe((2, 1));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob", "c|Cy"]);
        Only(await Bench.RunAsync(PeopleSource(records), mode, Stop)).Unchanged.ShouldBe(3);
    }

    [Fact]
    public async Task W1_a_plan_shows_what_was_changed_by_hand_as_a_change()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        await Bench.ChangeByHandAsync("people", ("id", "b"), ("name", "Mallory"));
        Bench.Policy = table => table.Compared();
        Bench.Limits = plan => plan with { IsDryRun = true };
        var planned = await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));

        planned.Status.ShouldBe(RunStatus.Planned, Why(planned));
        var stream = planned.Plan!.Streams.ShouldHaveSingleItem();
        (stream.Adds, stream.Updates, stream.Deletes).ShouldBe((0, 1, 0));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Mallory"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge, false)]
    [InlineData(WriteMode.Merge, true)]
    [InlineData(WriteMode.Replace, false)]
    [InlineData(WriteMode.Replace, true)]
    public async Task W8_a_row_of_the_application_is_taken_over_only_where_the_definition_says_so(WriteMode mode, bool adopts)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await Bench.InsertAsync("people", ("id", "own"), ("name", "the application's"));
        Bench.Policy = table => table with { Adopts = adopts };
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Ada"), Person("own", "the vendor's"), Person("c", "Cy")]), mode, Stop);

        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "c|Cy", adopts ? "own|the vendor's" : "own|the application's"]);
        if (adopts)
        {
            result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
            await Bench.UndoAsync(result);
            (await Bench.RowsAsync("people", ("id", "own"), "name")).ShouldBe(["the application's"]);
            return;
        }

        result.Status.ShouldBe(RunStatus.Partial);
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Created.ShouldBe(1), figures => figures.Unchanged.ShouldBe(1), figures => figures.Quarantined.ShouldBe(1));
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Code.ShouldBe("destination.row_of_application");
    }

    [Fact]
    public async Task W1_a_column_that_was_dropped_is_filled_by_a_full_reading()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        await Bench.DropColumnAsync("people", "name");
        var result = await Bench.ReplaceAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob"]);
    }
}
