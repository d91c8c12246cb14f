using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>What backups of every destination promise (P1).</summary>
public abstract partial class BackupPromises(SqlWorkbench database, string connector) : IAsyncLifetime
{
    protected BackupBench Bench { get; } = new(database, connector);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Makes a table odd with a column of every type, rows of odd values, and a key id.</summary>
    protected abstract Task MakeOddTableAsync();

    /// <summary>Everything about a row of the table odd that a database can tell, as one text.</summary>
    protected abstract string OddRow { get; }

    public async ValueTask InitializeAsync()
    {
        await using var destination = Bench.Database.OpenDestination();
        await destination.CheckAsync([], Stop); // makes the schema
    }

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private Task ExecuteAsync(string sql) => Bench.Database.ExecuteAsync(sql);

    private Task<IReadOnlyList<string>> QueryAsync(string sql) => Bench.Database.QueryAsync(sql);

    private async Task MakePeopleAsync()
    {
        await ExecuteAsync("CREATE TABLE people (id text NOT NULL PRIMARY KEY, name text)");
        await ExecuteAsync("INSERT INTO people VALUES ('a', 'Ada'), ('b', 'Bob'), ('c', NULL)");
    }

    [Theory]
    [InlineData(BackupFormat.Compact)]
    [InlineData(BackupFormat.Json)]
    public async Task S1_12_clear_and_restore_give_the_old_rows_back_value_for_value(BackupFormat format)
    {
        await MakeOddTableAsync();
        Bench.Policy = new() { Format = format };
        var before = await QueryAsync($"SELECT {OddRow} FROM odd ORDER BY id");
        var file = await Bench.BackUpAsync("odd");
        await ExecuteAsync("DELETE FROM odd");
        var restored = await Bench.RestoreAsync(file, RestoreMode.Missing);

        restored.Restored.ShouldBe(before.Count);
        (await QueryAsync($"SELECT {OddRow} FROM odd ORDER BY id")).ShouldBe(before);
    }

    [Fact]
    public async Task S1_8_missing_rows_come_back_and_those_that_are_there_are_skipped()
    {
        await MakePeopleAsync();
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        await ExecuteAsync("UPDATE people SET name = 'new' WHERE id = 'b'");
        await ExecuteAsync("INSERT INTO people VALUES ('z', 'Zoe')");
        var restored = await Bench.RestoreAsync(file, RestoreMode.Missing);

        (restored.Content.Rows, restored.Restored, restored.Skipped, restored.Deleted).ShouldBe((3, 1, 2, 0));
        (await QueryAsync("SELECT id, name FROM people ORDER BY id")).ShouldBe(["a|Ada", "b|new", "c|", "z|Zoe"]);
    }

    [Fact]
    public async Task Overwrite_brings_every_row_back_as_it_was_and_leaves_others()
    {
        await MakePeopleAsync();
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        await ExecuteAsync("UPDATE people SET name = 'new' WHERE id = 'c'");
        await ExecuteAsync("INSERT INTO people VALUES ('z', 'Zoe')");
        var restored = await Bench.RestoreAsync(file, RestoreMode.Overwrite);

        (restored.Restored, restored.Skipped, restored.Deleted).ShouldBe((2, 1, 0));
        (await QueryAsync("SELECT id, name FROM people ORDER BY id")).ShouldBe(["a|Ada", "b|Bob", "c|", "z|Zoe"]);
        (await QueryAsync("SELECT id FROM people WHERE name IS NULL")).ShouldBe(["c"]);
    }

    [Theory]
    [InlineData(RestoreMode.Overwrite)]
    [InlineData(RestoreMode.Exact)]
    public async Task Rows_that_are_what_they_were_are_not_written_and_are_told_as_there_already(RestoreMode mode)
    {
        await MakeOddTableAsync();
        var file = await Bench.BackUpAsync("odd");
        var restored = await Bench.RestoreAsync(file, mode);

        (restored.Restored, restored.Skipped, restored.Deleted).ShouldBe((0, file.Manifest.Rows, 0));
    }

    [Fact]
    public async Task Numbers_that_differ_in_their_last_digit_differ()
    {
        await ExecuteAsync("CREATE TABLE sizes (id text NOT NULL PRIMARY KEY, size double precision)");
        await ExecuteAsync("INSERT INTO sizes VALUES ('a', 0.3), ('b', 0.5)");
        var file = await Bench.BackUpAsync("sizes");
        await ExecuteAsync("UPDATE sizes SET size = 0.30000000000000004 WHERE id = 'a'");
        var restored = await Bench.RestoreAsync(file, RestoreMode.Overwrite);

        (restored.Restored, restored.Skipped).ShouldBe((1, 1));
        (await QueryAsync("SELECT id FROM sizes WHERE size = 0.3")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task P1_exact_makes_the_table_what_it_was_and_the_application_s_columns_and_rows_too()
    {
        await Bench.Database.MergeAsync(Source("a", "b"));
        await ExecuteAsync("ALTER TABLE people ADD COLUMN note text");
        await ExecuteAsync("UPDATE people SET note = 'kept' WHERE id = 'a'");
        await ExecuteAsync("INSERT INTO people (id, note) VALUES ('own', 'by hand')");
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("UPDATE people SET note = 'lost', name = 'lost'");
        await ExecuteAsync("DELETE FROM people WHERE id = 'own'");
        await ExecuteAsync("INSERT INTO people (id, note) VALUES ('extra', 'goes')");
        var restored = await Bench.RestoreAsync(file, RestoreMode.Exact);

        (restored.Restored, restored.Deleted).ShouldBe((3, 1));
        (await QueryAsync("SELECT id, name, note FROM people ORDER BY id")).ShouldBe(["a|n a|kept", "b|n b|", "own||by hand"]);
    }

    [Fact]
    public async Task P1_after_a_restore_the_next_run_reads_everything_and_takes_no_staging_for_good()
    {
        var source = Source("a", "b");
        source.Resumes = true;
        await Bench.Database.MergeAsync(source);
        var file = await Bench.BackUpAsync("people");
        await Bench.RestoreAsync(file, RestoreMode.Exact);

        (await QueryAsync("SELECT stream FROM _tidemark_checkpoints WHERE cursor IS NOT NULL")).ShouldBeEmpty();
        var again = await Bench.Database.MergeAsync(Source("a", "b"));
        again.Streams[0].Unchanged.ShouldBe(2);
        (await StreamsAsync()).ShouldBe(["people"]);
    }

    [Fact]
    public async Task Tables_come_back_in_an_order_that_their_foreign_keys_allow()
    {
        await ExecuteAsync("CREATE TABLE zones (id text NOT NULL PRIMARY KEY, name text)");
        await ExecuteAsync("CREATE TABLE homes (id text NOT NULL PRIMARY KEY, zone text NOT NULL REFERENCES zones (id))");
        await ExecuteAsync("INSERT INTO zones VALUES ('n', 'North'), ('s', 'South')");
        await ExecuteAsync("INSERT INTO homes VALUES ('1', 'n'), ('2', 's')");
        var file = await Bench.BackUpAsync("homes", "zones");
        await ExecuteAsync("DELETE FROM homes");
        await ExecuteAsync("DELETE FROM zones");
        await ExecuteAsync("INSERT INTO zones VALUES ('w', 'West')");
        await ExecuteAsync("INSERT INTO homes VALUES ('3', 'w')");
        var restored = await Bench.RestoreAllAsync(file, RestoreMode.Exact);

        restored.Tables.Select(table => (table.Table, table.Restored, table.Deleted)).ShouldBe([("zones", 2, 1), ("homes", 2, 1)]);
        (await QueryAsync("SELECT h.id, z.name FROM homes AS h JOIN zones AS z ON z.id = h.zone ORDER BY 1")).ShouldBe(["1|North", "2|South"]);
    }

    [Fact]
    public async Task P1_a_restore_that_a_constraint_refuses_changes_nothing()
    {
        await MakePeopleAsync();
        await ExecuteAsync("CREATE TABLE pets (id text NOT NULL PRIMARY KEY)");
        await ExecuteAsync("INSERT INTO pets VALUES ('p')");
        var file = await Bench.BackUpAsync("pets", "people");
        await ExecuteAsync("DELETE FROM pets");
        await ExecuteAsync("DELETE FROM people");
        await ExecuteAsync("CREATE UNIQUE INDEX one ON people (coalesce(name, 'Ada'))"); // Ada and the nameless one are two
        (await BackupBench.CodeAsync(() => Bench.RestoreAllAsync(file, RestoreMode.Missing))).ShouldBe("restore.refused");

        (await QueryAsync("SELECT id FROM pets UNION ALL SELECT id FROM people")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_column_that_is_gone_is_refused_before_anything_changes_and_one_more_is_allowed()
    {
        await MakePeopleAsync();
        await ExecuteAsync("CREATE TABLE pets (id text NOT NULL PRIMARY KEY)");
        await ExecuteAsync("INSERT INTO pets VALUES ('p')");
        var file = await Bench.BackUpAsync("pets", "people");
        await ExecuteAsync("DELETE FROM pets");
        await ExecuteAsync("ALTER TABLE people DROP COLUMN name");
        (await BackupBench.CodeAsync(() => Bench.RestoreAllAsync(file, RestoreMode.Exact))).ShouldBe("restore.column_missing");
        (await QueryAsync("SELECT id FROM pets")).ShouldBeEmpty();

        await ExecuteAsync("ALTER TABLE people ADD COLUMN age integer");
        await ExecuteAsync("ALTER TABLE people ADD COLUMN name text");
        await Bench.RestoreAllAsync(file, RestoreMode.Exact);
        (await QueryAsync("SELECT id, name, age FROM people ORDER BY id")).ShouldBe(["a|Ada|", "b|Bob|", "c||"]);
        await ExecuteAsync("DROP TABLE pets");
        (await BackupBench.CodeAsync(() => Bench.RestoreAllAsync(file, RestoreMode.Exact))).ShouldBe("restore.table_missing");
    }

    [Fact]
    public async Task P1_all_tables_are_of_one_moment_while_others_write()
    {
        await MakePeopleAsync();
        await ExecuteAsync("CREATE TABLE pets (id text NOT NULL PRIMARY KEY)");
        await ExecuteAsync("INSERT INTO pets VALUES ('p')");
        var rows = new List<string>();
        await using var destination = Bench.Database.OpenDestination();
        await destination.BackedUp().ReadTablesAsync(["people", "pets"], async (table, texts) =>
        {
            await foreach (var text in texts) rows.Add(JsonDocument.Parse(text).RootElement[0].GetString()!);
            if (table.Name == "people") await ExecuteAsync("INSERT INTO pets VALUES ('late')");
        }, Stop);

        rows.Order(StringComparer.Ordinal).ShouldBe(["a", "b", "c", "p"]);
        (await QueryAsync("SELECT count(*) FROM pets")).ShouldBe(["2"]);
    }

    private async Task<IReadOnlyList<string>> StreamsAsync()
    {
        await using var destination = Bench.Database.OpenDestination();
        return await destination.BackedUp().StreamsAsync("test", Stop);
    }

    private static ScriptedSource Source(params string[] ids) =>
        new ScriptedSource(new Engine.Records.StreamSchema("people", [new("id", Engine.Records.FieldType.Text), new("name", Engine.Records.FieldType.Text)]))
            .With("people", [.. ids.Select(id => new[] { $$"""{"id":"{{id}}","name":"n {{id}}"}""" })]);
}
