using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;
using static Tidemark.Tests.Postgres.Transfer.TargetBench;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>A transfer is taken back.</summary>
public sealed class TransferUndoTests
{
    private const string Make =
        """
        CREATE TABLE people (id integer PRIMARY KEY, name text, email text UNIQUE);
        CREATE TABLE letters (id integer PRIMARY KEY, person integer NOT NULL REFERENCES people, weight double precision, sent timestamptz, twice double precision GENERATED ALWAYS AS (weight * 2) STORED)
        """;

    private const string People = "SELECT * FROM people ORDER BY id";

    private const string Letters = "SELECT id, person, weight::text, sent::text, own FROM letters ORDER BY id";

    private static readonly TransferTable[] Tables =
        [Table("people", ["id integer", "name text", "email text"]), Table("letters", ["id integer", "person integer", "weight double precision", "sent timestamp with time zone"])];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transfer_is_taken_back_to_the_last_digit_and_the_undo_can_be_undone()
    {
        await using var bench = await FillAsync();
        var (people, letters) = (await bench.RowsAsync(People), await bench.RowsAsync(Letters));
        var run = await TransferAsync(bench);
        var (peopleAfter, lettersAfter) = (await bench.RowsAsync(People), await bench.RowsAsync(Letters));
        peopleAfter.ShouldNotBe(people);

        var undone = await UndoAsync(bench, run, "undo_1");

        undone.Select(table => (table.Table, table.Restored, table.Created, table.Deleted, table.Untouched)).ShouldBe([("people", 2, 1, 1, 0), ("letters", 1, 1, 1, 0)]);
        undone.ShouldAllBe(table => table.Found == table.Expected && table.Expected.Rows == table.Restored + table.Created);
        (await bench.RowsAsync(People)).ShouldBe(people);
        (await bench.RowsAsync(Letters)).ShouldBe(letters);
        (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, run, "undo_2"))).Code.ShouldBe("undo.already");

        await UndoAsync(bench, "undo_1", "undo_3");

        (await bench.RowsAsync(People)).ShouldBe(peopleAfter);
        (await bench.RowsAsync(Letters)).ShouldBe(lettersAfter);
        await UndoAsync(bench, run, "undo_4");
        (await bench.RowsAsync(People)).ShouldBe(people);
    }

    [Fact]
    public async Task A_trial_comes_to_the_same_figures_and_leaves_all_as_it_is()
    {
        await using var bench = await FillAsync();
        var run = await TransferAsync(bench);
        var before = await bench.RowsAsync(People);

        var trial = await UndoAsync(bench, run, "trial", isTrial: true);

        (await bench.RowsAsync(People)).ShouldBe(before);
        (await UndoAsync(bench, run, "undo")).Select(Figures).ShouldBe(trial.Select(Figures));

        static (string, long, long, long) Figures(UndoneTable table) => (table.Table, table.Restored, table.Created, table.Deleted);
    }

    [Fact]
    public async Task Rows_that_have_changed_since_stay_with_all_that_depends_on_them_and_are_listed()
    {
        await using var bench = await FillAsync();
        await bench.RunAsync("CREATE TABLE badges (person integer REFERENCES people ON DELETE CASCADE)");
        var run = await TransferAsync(bench);
        // Person 4 was created, 3 deleted, 1 and 2 updated; letter 10 updated, 11 deleted, 13 created.
        await bench.RunAsync("UPDATE people SET name = 'since' WHERE id = 1; INSERT INTO badges VALUES (4); INSERT INTO letters VALUES (11, 1, 0, NULL); DELETE FROM letters WHERE id = 10");

        var undone = await UndoAsync(bench, run, "undo");

        undone.SelectMany(table => table.UntouchedRows.Select(row => $"{table.Table} {row.Key}: {row.Reason}")).ShouldBe(
            [
                "people 1: It has changed since.",
                "people 4: Another table refers to it: badges (constraint badges_person_fkey).",
                "people 2: Another row has the same values (people_email_key).",
                "letters 10: It has been deleted since.",
                "letters 11: There is another row of its key by now.",
            ],
            ignoreOrder: true);
        undone.Select(table => table.Untouched).ShouldBe([3, 2]);
        (await bench.RowsAsync(People)).ShouldBe(["1|since|y", "2|b|x", "3|c|z", "4|new|w"]);
        (await bench.RowsAsync("SELECT id, person FROM letters ORDER BY id")).ShouldBe(["11|1", "12|1"]);
        (await bench.RowsAsync("SELECT * FROM badges")).ShouldBe(["4"]);
    }

    [Fact]
    public async Task A_row_that_a_deleted_row_needs_comes_with_it_or_both_stay_away()
    {
        await using var bench = await FillAsync();
        await bench.RunAsync("DELETE FROM origin.letters; DELETE FROM origin.people");
        var run = await TransferAsync(bench);
        await bench.RunAsync("INSERT INTO people VALUES (9, 'thief', 'x')");

        var undone = await UndoAsync(bench, run, "undo");

        undone.SelectMany(table => table.UntouchedRows.Select(row => $"{table.Table} {row.Key}")).ShouldBe(["people 1", "letters 10", "letters 12"], ignoreOrder: true);
        (await bench.RowsAsync("SELECT id FROM people ORDER BY id")).ShouldBe(["2", "3", "9"]);
        (await bench.RowsAsync("SELECT id FROM letters")).ShouldBe(["11"]);
    }

    [Fact]
    public async Task Rows_without_a_key_are_taken_back_one_by_one()
    {
        await using var bench = await StartAsync("CREATE TABLE hits (page text, visitor text)");
        await bench.RunAsync("INSERT INTO origin.hits VALUES ('a', 'x'), ('a', 'x'), ('b', NULL); INSERT INTO hits VALUES ('a', 'x'), ('c', 'y'), ('c', 'y'), ('d', '')");
        var before = await bench.RowsAsync("SELECT * FROM hits ORDER BY 1, 2");
        var run = await TransferAsync(bench, Table("hits", ["page text", "visitor text"], []));
        await bench.RunAsync("UPDATE hits SET visitor = 'since' WHERE page = 'b'");

        var undone = (await UndoAsync(bench, run, "undo")).ShouldHaveSingleItem();

        (undone.Created, undone.Deleted, undone.Untouched).ShouldBe((3, 1, 1));
        undone.Found.ShouldBe(undone.Expected);
        (await bench.RowsAsync("SELECT * FROM hits WHERE page <> 'b' ORDER BY 1, 2")).ShouldBe(before);
    }

    [Fact]
    public async Task What_a_transfer_touched_is_told_with_the_values_before_and_after()
    {
        await using var bench = await FillAsync();
        var run = await TransferAsync(bench);
        var undo = new PostgresTransferUndo(bench.Connections);

        var touched = await undo.TouchedAsync(new TouchedQuery(bench.Pipeline, run, "people", "people", 10), Stop);

        (touched.IsKept, touched.Created, touched.Updated, touched.Deleted).ShouldBe((true, 1, 2, 1));
        touched.Rows.Select(row => $"{row.Deed} {row.Key}: {string.Join(", ", row.Fields.Select(field => $"{field.Name} {field.Before ?? "-"} to {field.After ?? "-"}"))}").ShouldBe(
            [
                "Deleted 3: id 3 to -, name c to -, email z to -",
                "Updated 1: name a to new a, email x to y",
                "Updated 2: email y to x",
                "Created 4: id - to 4, name - to new, email - to w",
            ]);
        (await undo.TouchedAsync(new TouchedQuery(bench.Pipeline, run, "people", "people", 1), Stop)).Rows.Count.ShouldBe(1);
        (await undo.TouchedAsync(new TouchedQuery(bench.Pipeline, "unknown", "people", "people", 1), Stop)).IsKept.ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_last_runs_are_kept_and_a_run_that_changed_nothing_is_none_of_them()
    {
        await using var bench = await FillAsync();
        var first = await TransferAsync(bench);
        for (var n = 0; n < 3; n++)
        {
            var equal = await TransferAsync(bench);
            (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, equal, "undo_equal"))).Code.ShouldBe("undo.unknown");
        }

        await UndoAsync(bench, first, "undo_first", isTrial: true);
        for (var n = 0; n < 3; n++)
        {
            await bench.RunAsync($"UPDATE origin.people SET name = 'round {n}' WHERE id = 1");
            await TransferAsync(bench);
        }

        (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, first, "undo_first"))).Code.ShouldBe("undo.unknown");
        (await bench.RowsAsync("SELECT count(*) FROM pg_tables WHERE schemaname = '_tidemark' AND tablename LIKE 'image_%'")).ShouldBe(["3"]);
        await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Tables) with { UndoRuns = 0 });
        (await bench.RowsAsync("SELECT count(*) FROM pg_tables WHERE schemaname = '_tidemark' AND tablename LIKE 'image_%'")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task A_table_that_has_other_columns_now_or_is_gone_is_said_so()
    {
        await using var bench = await FillAsync();
        var run = await TransferAsync(bench);
        await bench.RunAsync("ALTER TABLE letters ADD extra text");

        (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, run, "undo"))).Code.ShouldBe("undo.table_changed");
        (await Should.ThrowAsync<TidemarkException>(() => new PostgresTransferUndo(bench.Connections).TouchedAsync(new TouchedQuery(bench.Pipeline, run, "letters", "letters", 1), Stop)))
            .Code.ShouldBe("undo.table_changed");
        await bench.RunAsync("DROP TABLE letters");
        (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, run, "undo"))).Code.ShouldBe("undo.table_gone");
        (await Should.ThrowAsync<TidemarkException>(() => UndoAsync(bench, "another", "undo"))).Code.ShouldBe("undo.unknown");
    }

    private static async Task<TargetBench> FillAsync()
    {
        var bench = await StartAsync(Make);
        await bench.RunAsync(
            """
            ALTER TABLE letters ADD own text DEFAULT 'own';
            INSERT INTO people VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z'); INSERT INTO letters VALUES (10, 1, 0.1, '2024-01-02 03:04:05.678901+00'), (11, 3, 1e300, NULL), (12, 1, 'NaN', 'infinity');
            INSERT INTO origin.people VALUES (1, 'new a', 'y'), (2, 'b', 'x'), (4, 'new', 'w'); INSERT INTO origin.letters VALUES (10, 2, 0.2, NULL), (12, 1, 'NaN', 'infinity'), (13, 4, 0.3, NULL)
            """);
        return bench;
    }

    private static async Task<string> TransferAsync(TargetBench bench, params TransferTable[] tables)
    {
        var write = bench.Write(ApplyMode.Mirror, tables.Length > 0 ? tables : Tables);
        await bench.TransferAsync(write);
        return write.Run;
    }

    private static Task<IReadOnlyList<UndoneTable>> UndoAsync(TargetBench bench, string run, string undo, bool isTrial = false) =>
        new PostgresTransferUndo(bench.Connections).UndoAsync(new UndoPlan(bench.Pipeline, run, undo) { IsTrial = isTrial }, Stop);
}
