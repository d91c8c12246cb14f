using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>A trigger may change, or delete, other rows than those that are written; those are looked at again (W1).</summary>
public abstract partial class SqlDestinationPromises
{
    /// <summary>Lets the table people run a statement whenever rows of it are inserted or updated, but not by itself.</summary>
    protected abstract Task AfterWritesAsync(string statement);

    private const string Disturbs = "UPDATE people SET name = 'disturbed' WHERE id = 'b'";
    private const string Removes = "DELETE FROM people WHERE id = 'b'";
    private const string LeavesAlone = "UPDATE people SET age = age WHERE id IN ('a', 'b')";

    [Theory]
    [InlineData(WriteMode.Merge, Disturbs, 1)]
    [InlineData(WriteMode.Replace, Disturbs, 1)]
    [InlineData(WriteMode.Merge, Removes, 1)]
    [InlineData(WriteMode.Replace, Removes, 1)]
    [InlineData(WriteMode.Merge, LeavesAlone, 2)]
    [InlineData(WriteMode.Replace, LeavesAlone, 2)]
    public async Task W1_a_row_that_a_trigger_changes_while_another_is_written_is_not_called_verified(WriteMode mode, string statement, int proven)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        await AfterWritesAsync(statement);
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Ada L"), Person("b", "Bob")]), mode, Stop);

        (Only(result).Receipt!.Expected.Rows, Only(result).Receipt!.Found.Rows).ShouldBe((2, proven), Why(result));
        result.Status.ShouldBe(proven == 2 ? RunStatus.Succeeded : RunStatus.Partial);
        if (proven < 2) result.Problems.ShouldContain(problem => problem.Code == "receipt.does_not_fit");
    }

    [Theory]
    [InlineData(Disturbs, 20_000, true)]
    [InlineData(Removes, 20_000, true)]
    [InlineData(LeavesAlone, 20_001, true)]
    [InlineData(Disturbs, 20_000, false)]
    [InlineData(Removes, 20_000, false)]
    [InlineData(LeavesAlone, 20_001, false)]
    public async Task W1_a_row_that_a_trigger_changes_after_its_batch_was_written_is_not_called_verified(string statement, int proven, bool keepsRaw)
    {
        Bench.Policy = table => table with { KeepsRaw = keepsRaw };
        string[] known = [Person("b", "Bob"), .. Persons(0, 10_000)];
        await Bench.MergeAsync(PeopleSource(known));
        await AfterWritesAsync(statement);
        // Pages behind the first: so many rows are two batches.
        var result = await Bench.MergeAsync(PeopleSource([], known, Persons(10_000, 10_000)));

        Only(result).ShouldSatisfyAllConditions(figures => figures.Unchanged.ShouldBe(10_001), figures => figures.Created.ShouldBe(10_000));
        (Only(result).Receipt!.Expected.Rows, Only(result).Receipt!.Found.Rows).ShouldBe((20_001, proven), Why(result));
        result.Status.ShouldBe(proven == 20_001 ? RunStatus.Succeeded : RunStatus.Partial);
    }

    [Fact]
    public async Task W1_what_is_kept_to_look_at_rows_again_follows_new_columns_and_leaves_nothing_behind()
    {
        Bench.Policy = table => table with { SchemaChanges = SchemaChanges.Evolve };
        await Bench.MergeAsync(PeopleSource([Person("b", "Bob")]));
        await AfterWritesAsync(LeavesAlone);
        var result = await Bench.MergeAsync(PeopleSource(
            [], Persons(0, 10_000),
            ["""{"id":"p000001","name":"again","size":7}""", """{"id":"z","name":"Zoe","size":8}""", """{"id":"y","name":"Yan","size":"wide"}"""]));

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        Only(result).Receipt!.IsVerified.ShouldBeTrue();
        (await Bench.RowsAsync("people", ("id", "y"), "size")).ShouldBe(["wide"]);
        (await TablesAsync()).ShouldNotContain(table => table.Contains("_tidemark_proven_", StringComparison.Ordinal));
    }
}
