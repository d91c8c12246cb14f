using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Backup;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Tables of ours hold whatever the application's columns hold (W6).</summary>
public sealed class PostgresDefinitionTests
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task W6_columns_of_the_application_of_any_type_come_back_as_they_were()
    {
        await using var bench = new PostgresWorkbench();
        await bench.MergeAsync(Of("a", "b", "c"));
        await bench.ExecuteAsync(
            $$"""
            CREATE SCHEMA {{bench.Schema}}_types;
            CREATE TYPE {{bench.Schema}}_types."Mood, bad" AS ENUM ('so, so', 'fine');
            CREATE DOMAIN {{bench.Schema}}_types.short AS varchar(5) NOT NULL DEFAULT 'none' CHECK (value <> 'never');
            CREATE COLLATION {{bench.Schema}}_types."Loose" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            ALTER TABLE people ADD COLUMN code char(2) DEFAULT 'xy', ADD COLUMN price numeric(10, 2) DEFAULT 1.20, ADD COLUMN tags varchar(3)[] DEFAULT '{abc,NULL}',
                ADD COLUMN mood {{bench.Schema}}_types."Mood, bad" DEFAULT 'so, so', ADD COLUMN word {{bench.Schema}}_types.short, ADD COLUMN bits bit(3) DEFAULT B'101',
                ADD COLUMN at timestamp(3) with time zone DEFAULT '2026-01-02 03:04:05.678Z', ADD COLUMN lasts interval day to second(2) DEFAULT '1 02:03:04.56',
                ADD COLUMN loose text COLLATE {{bench.Schema}}_types."Loose" DEFAULT 'AbC', ADD COLUMN size int GENERATED ALWAYS AS (length(name)) STORED;
            """);
        var before = await bench.RowsAsync("people");

        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            string[] records = mode == WriteMode.Merge ? [Record("a", "changed"), "-" + Record("b", "")] : [Record("a", "changed"), Record("c", "c")];
            var run = await bench.RunAsync(new ScriptedSource(People).With("people", records), mode, Stop);
            run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
            (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|changed", "c|c"]);
            var undo = await bench.UndoAsync(run);
            undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
            (await bench.RowsAsync("people")).ShouldBe(before);
            // Taken back again, and once more: what came and what went change places.
            (await bench.UndoAsync(await bench.UndoAsync(undo))).Status.ShouldBe(RunStatus.Succeeded);
            (await bench.RowsAsync("people")).ShouldBe(before);
        }

        await bench.ExecuteAsync($"DROP SCHEMA {bench.Schema}_types CASCADE");
    }

    [Fact]
    public async Task W6_before_images_that_an_older_version_made_too_narrow_are_mended()
    {
        await using var bench = new PostgresWorkbench();
        await bench.MergeAsync(Of("a"));
        await bench.MergeAsync(new ScriptedSource(People).With("people", [Record("a", "b")]));
        await bench.ExecuteAsync(
            """
            ALTER TABLE people ADD COLUMN code char(2) DEFAULT 'xy';
            ALTER TABLE _tidemark_before_people DROP COLUMN _undo_id;
            ALTER TABLE _tidemark_before_people ADD COLUMN code char(1);
            """);
        var run = await bench.MergeAsync(new ScriptedSource(People).With("people", [Record("a", "c")]));

        run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
        await bench.ExecuteAsync("UPDATE people SET code = 'zz'");
        (await bench.UndoAsync(run)).Status.ShouldBe(RunStatus.Succeeded);
        (await bench.RowsAsync("people", "id", "name", "code")).ShouldBe(["a|b|zz"]);
        (await bench.QueryAsync("SELECT DISTINCT code FROM _tidemark_before_people WHERE code IS NOT NULL")).ShouldBe(["xy", "zz"], ignoreOrder: true);
        (await bench.QueryAsync("SELECT count(*) FROM pg_index WHERE indrelid = '_tidemark_before_people'::regclass AND indisprimary")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task W6_a_publication_of_all_tables_stops_nothing()
    {
        var bench = await PostgresWorkbench.OfOwnDatabaseAsync();
        await using var backups = new BackupBench(bench, "postgres"); // disposes the other
        await bench.MergeAsync(Of("a", "b", "c"));
        await bench.ExecuteAsync("CREATE PUBLICATION everything FOR ALL TABLES");
        bench.Policy = table => table with { UndoRuns = 2, WriteBack = null };
        var file = await backups.BackUpAsync("people");

        for (var round = 1; round <= 5; round++)
        {
            string[] records = [Record("a", $"a{round}"), Record("c", "c"), Record($"new{round}", "n")];
            foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
            {
                var run = await bench.RunAsync(new ScriptedSource(People).With("people", records), mode, Stop);
                run.Status.ShouldBe(RunStatus.Succeeded, Why(run));
            }
        }

        var last = await bench.MergeAsync(new ScriptedSource(People).With("people", [Record("a", "last"), "-" + Record("c", "")]));
        last.Status.ShouldBe(RunStatus.Succeeded, Why(last));
        var undo = await bench.UndoAsync(last);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await backups.RestoreAsync(file, RestoreMode.Exact)).Restored.ShouldBe(2);
        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|a", "b|b", "c|c"]);
        // Whatever is ours and is published can be changed and deleted.
        (await bench.QueryAsync(
            """
            SELECT c.relname FROM pg_class AS c WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relname LIKE '\_tidemark%'
                AND NOT EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)
            """)).ShouldBeEmpty();
    }

    [Fact]
    public async Task W6_a_published_table_of_the_user_s_without_identity_is_reported()
    {
        await using var bench = await PostgresWorkbench.OfOwnDatabaseAsync();
        await bench.MergeAsync(Of());
        await bench.ExecuteAsync("DROP TABLE people; CREATE TABLE people (id text UNIQUE, name text); CREATE PUBLICATION everything FOR ALL TABLES");
        await bench.MergeAsync(Of("a"));
        var run = await bench.MergeAsync(new ScriptedSource(People).With("people", [Record("a", "b")]));

        var problem = run.Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("postgres.not_ready");
        problem.Hint.ShouldNotBeNull().ShouldContain("REPLICA IDENTITY");
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W6_tables_of_ours_have_a_schema_of_their_own_by_setting_and_move_when_it_changes(WriteMode mode)
    {
        var bench = new PostgresWorkbench { IsApart = true };
        await using var backups = new BackupBench(bench, "postgres"); // disposes the other
        ScriptedSource Named(string name) => new ScriptedSource(People).With("people", [Record("a", name), Record("b", "b")]);
        Task<IReadOnlyList<string>> TablesAsync(string schema) =>
            bench.QueryAsync($"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' ORDER BY tablename");

        var first = await bench.RunAsync(Named("1"), mode, Stop);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        var second = await bench.RunAsync(Named("2"), mode, Stop);
        second.Status.ShouldBe(RunStatus.Succeeded, Why(second));
        (await TablesAsync(bench.Schema)).ShouldBe(["people"]);
        (await TablesAsync(bench.Schema + "_tidemark")).ShouldBe(
            ["_tidemark_before_people", "_tidemark_checkpoints", "_tidemark_columns", "_tidemark_fences", "_tidemark_undo", "_tidemark_writers"]);
        (await bench.QueryAsync("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'people'::regclass")).ShouldBe(["people_pkey"]);
        var file = await backups.BackUpAsync("people");

        // There and back: what is known stays.
        foreach (var isApart in new[] { false, true })
        {
            bench.IsApart = isApart;
            bench.Policy = table => table.Compared(mode == WriteMode.Merge);
            var again = await bench.RunAsync(Named("2"), mode, Stop);
            (again.Status, Only(again).Unchanged).ShouldBe((RunStatus.Succeeded, 2), Why(again));
            (await TablesAsync(bench.Schema)).Count.ShouldBe(isApart ? 1 : 7, string.Join(", ", await TablesAsync(bench.Schema)));
        }

        bench.Policy = table => table;
        var undo = await bench.UndoAsync(second);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|1", "b|b"]);
        (await backups.RestoreAsync(file, RestoreMode.Exact)).Restored.ShouldBe(1);
        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|2", "b|b"]);
    }

    private static StreamFigures Only(RunResult result) => result.Streams.ShouldHaveSingleItem();

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W6_a_key_that_the_database_would_count_by_itself_takes_the_source_s(WriteMode mode)
    {
        var bench = new PostgresWorkbench();
        await using var backups = new BackupBench(bench, "postgres"); // disposes the other
        var stream = new StreamSchema("pets", [new("id", FieldType.Int64), new("name", FieldType.Text)]);
        ScriptedSource Pets(params string[] records) => new ScriptedSource(stream).With("pets", records);
        await bench.MergeAsync(Of()); // makes the schema
        await bench.ExecuteAsync("CREATE TABLE pets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, upper text GENERATED ALWAYS AS (upper(name)) STORED)");
        var first = await bench.RunAsync(Pets("""{"id":7,"name":"a"}""", """{"id":8,"name":"b"}"""), mode, Stop);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        var file = await backups.BackUpAsync("pets");
        string[] records = mode == WriteMode.Merge ? ["""{"id":7,"name":"c"}""", """-{"id":8}""", """{"id":9,"name":"d"}"""] : ["""{"id":7,"name":"c"}""", """{"id":9,"name":"d"}"""];
        var second = await bench.RunAsync(Pets(records), mode, Stop);

        second.Status.ShouldBe(RunStatus.Succeeded, Why(second));
        (await bench.RowsAsync("pets", "id", "name", "upper")).ShouldBe(["7|c|C", "9|d|D"]);
        var undo = await bench.UndoAsync(second);
        undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
        (await bench.RowsAsync("pets", "id", "name", "upper")).ShouldBe(["7|a|A", "8|b|B"]);
        (await bench.UndoAsync(undo)).Status.ShouldBe(RunStatus.Succeeded);
        var restored = await backups.RestoreAllAsync(file, RestoreMode.Exact);
        (await bench.RowsAsync("pets", "id", "name", "upper")).ShouldBe(["7|a|A", "8|b|B"]);
        (await bench.UndoAsync(restored.Run)).Status.ShouldBe(RunStatus.Succeeded);
        (await bench.RowsAsync("pets", "id", "name", "upper")).ShouldBe(["7|c|C", "9|d|D"]);
    }

    private static ScriptedSource Of(params string[] ids) =>
        new ScriptedSource(People).With("people", [.. ids.Select(id => Record(id, id))]);

    private static string Record(string id, string name) => $$"""{"id":"{{id}}","name":"{{name}}"}""";

    private static string Why(RunResult run) => string.Join(" ", run.Problems.Select(problem => $"{problem.Code}: {problem.Message}"));
}
