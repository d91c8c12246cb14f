using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What one row runs into keeps no other from being written (W4).</summary>
public abstract partial class SqlDestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge, "")]
    [InlineData(WriteMode.Replace, "")]
    [InlineData(WriteMode.Merge, "DEFERRABLE INITIALLY DEFERRED")]
    [InlineData(WriteMode.Replace, "DEFERRABLE INITIALLY DEFERRED")]
    public async Task W4_a_row_that_is_gone_and_that_another_table_refers_to_waits_alone(WriteMode mode, string when)
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 40)));
        await Sql.ExecuteAsync($"CREATE TABLE orders (id text PRIMARY KEY, person text REFERENCES people (id) {when})");
        await Sql.ExecuteAsync("INSERT INTO orders VALUES ('o1', 'p000003')");
        string[] records = mode == WriteMode.Merge
            ? ["""-{"id":"p000002"}""", """-{"id":"p000003"}""", """-{"id":"p000004"}""", Person("p000005", "changed"), Person("new", "N")]
            : [.. Persons(0, 2), Person("p000005", "changed"), .. Persons(6, 34), Person("new", "N")];
        var result = await Bench.RunAsync(PeopleSource(records), mode, Stop);

        result.Status.ShouldBe(RunStatus.Partial, Why(result));
        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Created.ShouldBe(1), figures => figures.Updated.ShouldBe(1), figures => figures.Deleted.ShouldBe(2),
            figures => figures.Quarantined.ShouldBe(1), figures => figures.IsAccountedFor.ShouldBeTrue(), figures => figures.Receipt!.IsVerified.ShouldBeTrue());
        var waiting = (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record;
        (waiting.Key, waiting.CanRetry).ShouldBe(("p000003", false));
        (await Bench.CountAsync("people", ("id", "p000003"))).ShouldBe(1);

        // It goes once nothing refers to it, and does not come back before.
        await Sql.ExecuteAsync("DELETE FROM orders");
        var full = await Bench.ReplaceAsync(PeopleSource([.. Persons(0, 2), Person("p000005", "changed"), .. Persons(6, 34), Person("new", "N")]));
        full.Status.ShouldBe(RunStatus.Succeeded, Why(full));
        Only(full).Deleted.ShouldBe(1);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
        var undone = await Bench.UndoAsync(full);
        undone.Status.ShouldBe(RunStatus.Succeeded, Why(undone));
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W4_a_record_that_a_deferred_constraint_refuses_waits_alone(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await Sql.ExecuteAsync("CREATE TABLE names (name text PRIMARY KEY)");
        await Sql.ExecuteAsync("INSERT INTO names VALUES ('Ada'), ('Bob'), ('Cy')");
        await Sql.ExecuteAsync("DROP TABLE people");
        await Sql.ExecuteAsync("CREATE TABLE people (id text PRIMARY KEY, name text REFERENCES names (name) DEFERRABLE INITIALLY DEFERRED)");
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Ada"), Person("x", "nobody"), Person("b", "Bob"), Person("c", "Cy")]), mode, Stop);

        result.Status.ShouldBe(RunStatus.Partial, Why(result));
        (Only(result).Created, Only(result).Quarantined).ShouldBe((3, 1));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob", "c|Cy"]);
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Key.ShouldBe("x");
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"id":9,"name":"nobody"}""")]
    public async Task W4_a_full_reading_writes_records_of_two_streams_that_refer_to_each_other(string bad)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await Bench.DropAsync("people");
        await MakeCircularAsync();
        string[] pets = ["""{"id":1,"name":"a"}""", """{"id":2,"name":"b"}"""];
        string[] people = ["""{"id":"a","name":"Ada","age":1}""", """{"id":"b","name":"Bob","age":2}""", """{"id":"c","name":"Cy"}"""];
        var source = new ScriptedSource(People, Pets).With("people", people).With("pets", bad.Length == 0 ? pets : [.. pets, bad]);
        var result = await Bench.ReplaceAsync(source);

        if (bad.Length > 0)
        {
            // One stranger is enough for each to be asked alone, and then they have nobody.
            result.Status.ShouldBe(RunStatus.Partial, Why(result));
            (await Bench.RowsAsync("people", "id")).ShouldBe(["c"]);
            (await Bench.QuarantineAsync()).Count.ShouldBe(5);
            result = await Bench.ReplaceAsync(source.With("pets", pets));
        }

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "age")).ShouldBe(["a|1", "b|2", "c|"]);
        (await Bench.RowsAsync("pets", "id", "name")).ShouldBe(["1|a", "2|b"]);
        (await Bench.QuarantineAsync()).ShouldBeEmpty();
    }

    /// <summary>Makes tables for people, whose age refers to pets, and for pets, whose name refers to people; both checked at a commit.</summary>
    protected abstract Task MakeCircularAsync();

    [Theory]
    [InlineData(WriteMode.Merge, "name")]
    [InlineData(WriteMode.Replace, "name")]
    [InlineData(WriteMode.Merge, "lower(name)")]
    [InlineData(WriteMode.Replace, "lower(name)")]
    public async Task W4_records_that_exchange_a_value_that_must_be_unique_are_written(WriteMode mode, string unique)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy"), Person("d", "Di")]));
        await Sql.ExecuteAsync($"CREATE UNIQUE INDEX names ON people ({unique})");
        var result = await Bench.RunAsync(PeopleSource([Person("a", "Bob"), Person("b", "Cy"), Person("c", "Ada"), Person("d", "Dora"), Person("n", "Di")]), mode, Stop);

        result.Status.ShouldBe(RunStatus.Succeeded, Why(result));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Bob", "b|Cy", "c|Ada", "d|Dora", "n|Di"]);
        (await Bench.UndoAsync(result)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bob", "c|Cy", "d|Di"]);
    }
}
