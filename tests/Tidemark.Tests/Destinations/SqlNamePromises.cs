using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Names that are taken are reported before the first row is read, or made unique where they are ours (W3).</summary>
public abstract partial class SqlDestinationPromises
{
    [Theory]
    [InlineData("CREATE VIEW people AS SELECT 1 AS id", "view")]
    [InlineData("CREATE INDEX people ON pets (name)", "index")]
    public async Task W3_a_table_whose_name_something_else_has_is_reported_before_anything_is_read(string make, string kind)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Sql.ExecuteAsync(make);
        await using var destination = Bench.OpenDestination();
        var problem = (await destination.CheckAsync([new TablePlan("people", People)], Stop)).ShouldHaveSingleItem();

        problem.Code.ShouldEndWith(".name_taken");
        problem.Message.ShouldBe($"The name people is that of a {kind}.");
    }

    [Fact]
    public async Task W3_two_tables_whose_own_names_would_be_the_same_are_both_written_and_undone()
    {
        var source = new ScriptedSource(
            new StreamSchema("order", [new("item_id", FieldType.Text), new("name", FieldType.Text)]) { Key = ["item_id"] },
            new StreamSchema("order_item", [new("id", FieldType.Text), new("name", FieldType.Text)]));
        source.With("order", ["""{"item_id":"a","name":"1"}"""]).With("order_item", ["""{"id":"b","name":"1"}"""]);
        var first = await Bench.MergeAsync(source);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        source.With("order", ["""{"item_id":"a","name":"2"}"""]).With("order_item", ["""{"id":"b","name":"2"}"""]);
        var run = await Bench.MergeAsync(source);

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        var undo = await Bench.UndoAsync(run);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("order", "item_id", "name")).ShouldBe(["a|1"]);
        (await Bench.RowsAsync("order_item", "id", "name")).ShouldBe(["b|1"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_names_that_a_database_gives_by_itself_may_be_taken(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets));
        await Sql.ExecuteAsync("CREATE TABLE people_pkey (id text PRIMARY KEY)");
        await Sql.ExecuteAsync("CREATE TABLE _tidemark_before_people_id_key (id text PRIMARY KEY)");

        (await Bench.RunAsync(PeopleSource([Person("a", "Ada")]), mode, Stop)).Status.ShouldBe(RunStatus.Succeeded);
        var run = await Bench.RunAsync(PeopleSource([Person("a", "Ada L")]), mode, Stop);

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        (await Bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_a_new_field_leaves_a_column_of_its_name_alone_that_it_cannot_fill(WriteMode mode)
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "ada")]));
        await Sql.ExecuteAsync($"ALTER TABLE people ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) {(Sql is PostgresWorkbench ? "STORED" : "VIRTUAL")}");
        await Sql.ExecuteAsync("ALTER TABLE people ADD COLUMN at real");
        var run = await Bench.RunAsync(PeopleSource(["""{"id":"a","name":"ada","loud":"very","Name":"other","at":{"noon":true}}"""]), mode, Stop);

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        (await Bench.RowsAsync("people", "id", "name", "loud", "loud_2", "name_2")).ShouldBe(["a|ada|ADA|very|other"]);
        (await Sql.QueryAsync("SELECT at, CAST(at_2 AS text) FROM people")).ShouldBe(["""|{"noon":true}"""]);
    }

    [Fact]
    public async Task W3_a_declared_field_whose_column_the_database_computes_is_reported_before_anything_is_read()
    {
        await Bench.MergeAsync(new ScriptedSource(Pets));
        await Sql.ExecuteAsync($"CREATE TABLE people (id text PRIMARY KEY, name text GENERATED ALWAYS AS (upper(id)) {(Sql is PostgresWorkbench ? "STORED" : "VIRTUAL")})");
        await using var destination = Bench.OpenDestination();
        var problem = (await destination.CheckAsync([new TablePlan("people", People)], Stop)).ShouldHaveSingleItem();

        problem.Code.ShouldEndWith(".column_computed");
        problem.Message.ShouldContain("name");
    }
}
