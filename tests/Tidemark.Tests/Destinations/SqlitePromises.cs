using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public sealed class SqlitePromises() : SqlDestinationPromises(new SqliteWorkbench())
{
    protected override int MaxColumns => 2000;

    protected override bool KeepsNul => true;

    protected override string TrueText => "1";

    protected override Task<IReadOnlyList<string>> TablesAsync() =>
        Sql.QueryAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");

    protected override string FalseText => "0";

    protected override string Instant(string column) => column;

    protected override Task SwallowRowsNamedAsync(string name) => Sql.ExecuteAsync(
        $"CREATE TRIGGER swallow BEFORE INSERT ON people WHEN NEW.name = '{name}' BEGIN SELECT RAISE(IGNORE); END");

    protected override Task WriteNamesInCapitalsAsync() => Sql.ExecuteAsync(
        """
        CREATE TRIGGER capitals_i AFTER INSERT ON people BEGIN UPDATE people SET name = upper(name) WHERE id = NEW.id; END;
        CREATE TRIGGER capitals_u AFTER UPDATE OF name ON people WHEN NEW.name <> upper(NEW.name)
        BEGIN UPDATE people SET name = upper(name) WHERE id = NEW.id; END;
        """);

    protected override Task AfterWritesAsync(string statement) => Sql.ExecuteAsync(
        $"""
        CREATE TRIGGER disturb_i AFTER INSERT ON people BEGIN {statement}; END;
        CREATE TRIGGER disturb_u AFTER UPDATE OF name ON people WHEN NEW.name <> 'disturbed' BEGIN {statement}; END;
        """);

    protected override Task MakeCircularAsync() => Sql.ExecuteAsync(
        """
        CREATE TABLE people (id text PRIMARY KEY, name text, age integer REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE pets (id integer PRIMARY KEY, name text REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED);
        """);

    protected override Task MakeCaselessPeopleAsync() => Sql.ExecuteAsync("CREATE TABLE people (id text COLLATE NOCASE PRIMARY KEY, name text)");

    protected override Task KeepRowsNamedAsync(string name) => Sql.ExecuteAsync(
        $"CREATE TRIGGER keep BEFORE DELETE ON people WHEN OLD.name = '{name}' BEGIN SELECT RAISE(IGNORE); END");

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W3_a_column_and_a_table_whose_names_differ_only_by_case_are_those_of_the_stream(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the database
        await Sql.ExecuteAsync("CREATE TABLE People (ID text PRIMARY KEY, Name text)");
        await Bench.RunAsync(PeopleSource([Person("a", "Ada")]), mode, Stop);
        var run = await Bench.RunAsync(PeopleSource([Person("a", "Ada L"), Person("b", "Bob")]), mode, Stop);

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        var undo = await Bench.UndoAsync(run);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada"]);
    }

    [Theory]
    [InlineData("UTF-16le")]
    [InlineData("UTF-16be")]
    public async Task W9_a_file_of_another_encoding_is_verified_and_undone(string encoding)
    {
        await Sql.ExecuteAsync($"PRAGMA encoding = '{encoding}'; CREATE TABLE others (x)");
        await Bench.MergeAsync(PeopleSource([Person("ä", "Ada"), Person("b", "Bob")]));
        var run = await Bench.MergeAsync(PeopleSource([Person("ä", "Äda"), Person("b", "")]));
        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));

        var verified = (await Bench.VerifyAsync(PeopleSource(), run)).Streams.ShouldHaveSingleItem();
        (verified.Rows, verified.Differing, verified.Missing).ShouldBe((2, 0, 0));
        var undo = await Bench.UndoAsync(run);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await Bench.RowsAsync("people", "id", "name")).ShouldBe(["b|Bob", "ä|Ada"]);
    }

    [Fact]
    public async Task R10_a_column_of_truth_values_keeps_its_type_and_the_record_waits()
    {
        await Bench.MergeAsync(PeopleSource(["""{"id":"a","eta":true}"""]));
        var result = await Bench.MergeAsync(PeopleSource(["""{"id":"b","eta":"perhaps"}"""]));

        (result.Status, Only(result).Quarantined).ShouldBe((RunStatus.Partial, 1L));
    }
}
