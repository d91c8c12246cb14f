using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>P7: a restore is a run, and is taken back like any other.</summary>
public abstract partial class BackupPromises
{
    private const string People = "SELECT * FROM people ORDER BY id";
    private const string OwnRows = "SELECT number, id, note FROM people ORDER BY number";

    [Theory]
    [InlineData(RestoreMode.Missing)]
    [InlineData(RestoreMode.Overwrite)]
    [InlineData(RestoreMode.Exact)]
    public async Task P7_a_restore_of_the_wrong_backup_is_undone_and_that_undone_again(RestoreMode mode)
    {
        await Bench.Database.MergeAsync(Source("a", "b", "c"));
        await ExecuteAsync("ALTER TABLE people ADD COLUMN note text");
        await ExecuteAsync("UPDATE people SET note = 'old'");
        await ExecuteAsync("INSERT INTO people (id, note) VALUES ('own', 'old')");
        var file = await Bench.BackUpAsync("people");
        await Bench.Database.MergeAsync(Source("d", "e"));
        await ExecuteAsync("UPDATE people SET note = 'new' WHERE id <> 'b'");
        await ExecuteAsync("DELETE FROM people WHERE id IN ('c', 'own')");
        await ExecuteAsync("INSERT INTO people (id, note) VALUES ('later', 'new')");
        var before = await QueryAsync(People);

        var restore = await Bench.RestoreAllAsync(file, mode);
        var restored = await QueryAsync(People);
        restored.ShouldNotBe(before);
        var undo = await Bench.Database.UndoAsync(restore.Run);

        undo.Problems.ShouldBeEmpty();
        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await QueryAsync(People)).ShouldBe(before);
        var again = await Bench.Database.UndoAsync(undo);
        again.Status.ShouldBe(RunStatus.Succeeded);
        (await QueryAsync(People)).ShouldBe(restored);
        (await Bench.Database.UndoAsync(again)).Status.ShouldBe(RunStatus.Succeeded);
        (await QueryAsync(People)).ShouldBe(before);
    }

    [Fact]
    public async Task P7_what_was_changed_since_a_restore_is_left_and_listed_whoever_changed_it()
    {
        await Bench.Database.MergeAsync(Source("a", "b", "c", "d"));
        await ExecuteAsync("ALTER TABLE people ADD COLUMN note text");
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("UPDATE people SET note = 'mine'");
        await ExecuteAsync("DELETE FROM people WHERE id = 'd'");
        var restore = await Bench.RestoreAllAsync(file, RestoreMode.Exact);
        await ExecuteAsync("UPDATE people SET note = 'since' WHERE id IN ('a', 'd')");
        await Bench.Database.MergeAsync(Source("a", "b", "c", "d", "e"));

        var undo = await Bench.Database.UndoAsync(restore.Run);

        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("2 rows");
        (await QueryAsync("SELECT id, note FROM people ORDER BY id")).ShouldBe(["a|since", "b|mine", "c|mine", "d|since", "e|"]);
    }

    [Fact]
    public async Task P7_after_the_undo_of_a_restore_the_stream_stands_where_it_stood()
    {
        var source = Source("a", "b");
        source.Resumes = true;
        await Bench.Database.MergeAsync(source);
        const string cursor = "SELECT cursor FROM _tidemark_checkpoints WHERE kind = 'live'";
        var stood = await QueryAsync(cursor);
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        var restore = await Bench.RestoreAllAsync(file, RestoreMode.Exact);
        (await QueryAsync(cursor)).ShouldBe([""]);

        await Bench.Database.UndoAsync(restore.Run);

        (await QueryAsync(cursor)).ShouldBe(stood);
        (await QueryAsync("SELECT id FROM people")).ShouldBe(["b"]);
    }

    [Fact]
    public async Task P5_a_restore_does_not_make_the_application_s_columns_look_like_the_source_s()
    {
        await Bench.Database.MergeAsync(Source("a"));
        await ExecuteAsync("ALTER TABLE people ADD COLUMN note text");
        await Bench.RestoreAllAsync(await Bench.BackUpAsync("people"), RestoreMode.Overwrite);

        (await Bench.Database.MergeAsync(Source("a", "b"))).Status.ShouldBe(RunStatus.Succeeded);
    }

    [Theory]
    [InlineData(RestoreMode.Missing)]
    [InlineData(RestoreMode.Overwrite)]
    [InlineData(RestoreMode.Exact)]
    public async Task P3_a_restore_is_verified_by_its_rows_and_a_tampered_one_is_named(RestoreMode mode)
    {
        await Bench.Database.MergeAsync(Source("a", "b"));
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("DELETE FROM people WHERE id = 'a'");
        var restore = await Bench.RestoreAllAsync(file, mode);

        (await Bench.Database.VerifyAsync(Source("a", "b"), restore.Run)).IsVerified.ShouldBeTrue();

        await ExecuteAsync("UPDATE people SET name = 'x' WHERE id = 'a'");
        var tampered = await Bench.Database.VerifyAsync(Source("a", "b"), restore.Run);
        tampered.IsVerified.ShouldBeFalse();
        tampered.Streams.ShouldHaveSingleItem().Shown.ShouldHaveSingleItem().Key.ShouldBe("a");
    }

    [Theory]
    [InlineData(RestoreMode.Missing)]
    [InlineData(RestoreMode.Overwrite)]
    [InlineData(RestoreMode.Exact)]
    public async Task P1_the_application_s_own_rows_without_a_key_of_the_source_come_back(RestoreMode mode)
    {
        await Bench.Database.MergeAsync(Source("z")); // makes the database
        await ExecuteAsync("DROP TABLE people");
        await ExecuteAsync("CREATE TABLE people (number integer PRIMARY KEY, id text UNIQUE, note text)");
        await ExecuteAsync("INSERT INTO people (number, note) VALUES (1001, 'one'), (1002, 'two'), (1003, 'three')");
        await Bench.Database.MergeAsync(Source());
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("UPDATE people SET note = 'changed' WHERE number = 1001");
        await ExecuteAsync("DELETE FROM people WHERE number = 1002");
        await ExecuteAsync("INSERT INTO people (number, note) VALUES (1004, 'four')");
        var before = await QueryAsync(OwnRows);

        var restore = await Bench.RestoreAllAsync(file, mode);

        var came = await QueryAsync(OwnRows);
        came.ShouldNotBe(before);
        if (mode == RestoreMode.Exact) came.ShouldBe(["1001||one", "1002||two", "1003||three"]);
        var undo = await Bench.Database.UndoAsync(restore.Run);
        undo.Status.ShouldBe(RunStatus.Succeeded);
        (await QueryAsync(OwnRows)).ShouldBe(before);
    }

    [Theory]
    [InlineData(RestoreMode.Overwrite)]
    [InlineData(RestoreMode.Exact)]
    public async Task P1_a_restore_and_its_undo_keep_what_the_database_counts(RestoreMode mode)
    {
        await Bench.Database.MergeAsync(Source("a", "b"));
        if (Bench.Database is PostgresWorkbench) await ExecuteAsync("ALTER TABLE people ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY");
        await ExecuteAsync("ALTER TABLE people ADD COLUMN note text");
        var file = await Bench.BackUpAsync("people");
        await ExecuteAsync("UPDATE people SET note = 'x' WHERE id = 'a'");
        await ExecuteAsync("DELETE FROM people WHERE id = 'b'");
        var before = await QueryAsync(People);

        var restore = await Bench.RestoreAllAsync(file, mode);

        (await Bench.Database.UndoAsync(restore.Run)).Status.ShouldBe(RunStatus.Succeeded);
        (await QueryAsync(People)).ShouldBe(before);
    }

    [Fact]
    public async Task W8_what_a_restore_takes_along_is_reported_by_its_undo()
    {
        await Bench.Database.MergeAsync(Source("a", "b"));
        var file = await Bench.BackUpAsync("people");
        await Bench.Database.MergeAsync(Source("c"));
        await ExecuteAsync("CREATE TABLE visits (number integer, who text REFERENCES people (id) ON DELETE CASCADE)");
        await ExecuteAsync("INSERT INTO visits VALUES (1, 'a'), (2, 'c'), (3, 'c')");

        var restore = await Bench.RestoreAllAsync(file, RestoreMode.Exact);

        (await QueryAsync("SELECT number FROM visits")).ShouldBe(["1"]);
        restore.Tables.ShouldHaveSingleItem().Cascades.ShouldBe([new Cascade("visits", 3, 2, 0)]);
        var undo = await Bench.Database.UndoAsync(restore.Run);
        undo.Status.ShouldBe(RunStatus.Partial);
        undo.Problems.ShouldHaveSingleItem().Message.ShouldContain("2 rows of visits were deleted along with rows of people.");
        (await QueryAsync("SELECT id FROM people ORDER BY id")).ShouldBe(["a", "b", "c"]);
    }
}
