using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;
using static Tidemark.Tests.Postgres.Transfer.TargetBench;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>What is kept aside is written into the tables, as the source has it.</summary>
public sealed class TargetApplyTests
{
    private static readonly TransferTable People = Table("people", ["id integer", "name text", "email text"]);

    private const string MakePeople = "CREATE TABLE people (id integer PRIMARY KEY, name text, email text UNIQUE)";

    [Theory]
    [InlineData(ApplyMode.Upsert, 0)]
    [InlineData(ApplyMode.Mirror, 1)]
    public async Task New_changed_and_equal_rows_are_counted_each_and_a_mirror_deletes_what_the_source_lacks(ApplyMode mode, int deleted)
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("INSERT INTO origin.people VALUES (1, 'same', 'a'), (2, 'after', 'b'), (3, 'new', 'c'); INSERT INTO people VALUES (1, 'same', 'a'), (2, 'before', 'b'), (4, 'old', 'd')");

        var applied = (await bench.TransferAsync(bench.Write(mode, People))).ShouldHaveSingleItem();

        (applied.Created, applied.Updated, applied.Deleted, applied.Unchanged, applied.Before).ShouldBe((1, 1, deleted, 1, 3));
        applied.Found.ShouldBe(applied.Expected);
        applied.Expected.Rows.ShouldBe(3);
        (await bench.RowsAsync("SELECT * FROM people ORDER BY id")).ShouldBe(
            mode == ApplyMode.Mirror ? ["1|same|a", "2|after|b", "3|new|c"] : ["1|same|a", "2|after|b", "3|new|c", "4|old|d"]);
        (await bench.RowsAsync("SELECT relname FROM pg_class WHERE relname ~ '^(stage|gone)_'")).ShouldBeEmpty("nothing is kept aside any more");
    }

    [Fact]
    public async Task A_value_that_only_looks_different_is_written_too()
    {
        await using var bench = await StartAsync("CREATE TABLE prices (id integer PRIMARY KEY, price numeric, note character(4))");
        await bench.RunAsync("INSERT INTO origin.prices VALUES (1, 1.00, 'a'), (2, 2, NULL); INSERT INTO prices VALUES (1, 1.0, 'a'), (2, 2, '')");

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Upsert, Table("prices", ["id integer", "price numeric", "note character(4)"])));

        applied[0].Updated.ShouldBe(2);
        applied[0].Found.ShouldBe(applied[0].Expected);
        (await bench.RowsAsync("SELECT id, price::text, note FROM prices ORDER BY id")).ShouldBe(["1|1.00|a   ", "2|2|-"]);
    }

    [Fact]
    public async Task Trap_2_and_3_identity_columns_keep_the_sources_values_and_columns_go_by_their_names()
    {
        await using var bench = await StartAsync("CREATE TABLE invoices (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total numeric, vat numeric GENERATED ALWAYS AS (total * 0.2) STORED)");
        await bench.RunAsync(
            """
            DROP TABLE invoices; CREATE TABLE invoices (
                vat numeric GENERATED ALWAYS AS (total * 0.2) STORED, own text DEFAULT 'mine', total numeric, id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
            INSERT INTO origin.invoices (id, total) OVERRIDING SYSTEM VALUE VALUES (17, 10), (99, 20);
            INSERT INTO invoices (id, total, own) OVERRIDING SYSTEM VALUE VALUES (17, 5, 'theirs')
            """);

        await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Table("invoices", ["id integer", "total numeric"])));

        (await bench.RowsAsync("SELECT id, total, vat::text, own FROM invoices ORDER BY id")).ShouldBe(["17|10|2.0|theirs", "99|20|4.0|mine"]);
    }

    [Fact]
    public async Task An_identity_column_beside_the_key_takes_the_sources_value_too()
    {
        await using var bench = await StartAsync("CREATE TABLE goods (code text PRIMARY KEY, number integer GENERATED ALWAYS AS IDENTITY, name text)");
        await bench.RunAsync(
            "INSERT INTO goods (code, number, name) OVERRIDING SYSTEM VALUE VALUES ('a', 1, 'x'), ('b', 2, 'y'); INSERT INTO origin.goods (code, number, name) OVERRIDING SYSTEM VALUE VALUES ('a', 50, 'x'), ('b', 2, 'z')");

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Table("goods", ["code text", "number integer", "name text"])));

        applied[0].Updated.ShouldBe(2);
        applied[0].Found.ShouldBe(applied[0].Expected);
        (await bench.RowsAsync("SELECT * FROM goods ORDER BY code")).ShouldBe(["a|50|x", "b|2|z"]);
    }

    [Fact]
    public async Task Rows_may_swap_a_unique_value_and_take_one_that_another_row_lets_go()
    {
        await using var bench = await StartAsync(
            $"{MakePeople}; ALTER TABLE people ADD own text; CREATE TABLE letters (id integer PRIMARY KEY, person integer NOT NULL REFERENCES people ON DELETE CASCADE)");
        await bench.RunAsync(
            """
            INSERT INTO people VALUES (1, 'a', 'x', 'own 1'), (2, 'b', 'y', 'own 2'), (3, 'c', 'z', 'own 3'), (4, 'd', 'w', 'own 4'); INSERT INTO letters VALUES (10, 1), (11, 2);
            INSERT INTO origin.people VALUES (1, 'a', 'y'), (2, 'b', 'x'), (3, 'c', 'v'), (5, 'new', 'z'), (6, 'new', 'w'); INSERT INTO origin.letters VALUES (10, 1), (11, 2)
            """);

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, People));

        (applied[0].Created, applied[0].Updated, applied[0].Deleted).ShouldBe((2, 3, 1));
        (await bench.RowsAsync("SELECT id, email, own FROM people ORDER BY id")).ShouldBe(["1|y|own 1", "2|x|own 2", "3|v|own 3", "5|z|-", "6|w|-"]);
        (await bench.RowsAsync("SELECT * FROM letters ORDER BY id")).ShouldBe(["10|1", "11|2"], "deleting a row to insert it again takes nothing along");
        (await bench.RowsAsync("SELECT condeferrable, convalidated, confdeltype FROM pg_constraint WHERE conrelid = 'letters'::regclass AND contype = 'f'")).ShouldBe(["false|true|c"]);
    }

    [Theory]
    [InlineData("ON DELETE CASCADE")]
    [InlineData("ON DELETE SET NULL")]
    [InlineData("ON DELETE RESTRICT")]
    [InlineData("DEFERRABLE")]
    [InlineData("")]
    public async Task A_row_that_moves_to_another_parent_survives_the_deletion_of_the_old_one(string action)
    {
        await using var bench = await StartAsync($"{MakePeople}; CREATE TABLE letters (id integer PRIMARY KEY, person integer REFERENCES people {action})");
        await bench.RunAsync(
            """
            INSERT INTO people VALUES (1, 'duplicate', 'x'), (2, 'kept', 'y'); INSERT INTO letters VALUES (10, 1), (11, 1);
            INSERT INTO origin.people VALUES (2, 'kept', 'x'); INSERT INTO origin.letters VALUES (10, 2)
            """);

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, People, Table("letters", ["id integer", "person integer"])));

        applied.Select(table => (table.Updated, table.Deleted)).ShouldBe([(1, 1), (1, 1)]);
        (await bench.RowsAsync("SELECT * FROM letters")).ShouldBe(["10|2"]);
        (await bench.RowsAsync("SELECT condeferrable, convalidated FROM pg_constraint WHERE conrelid = 'letters'::regclass AND contype = 'f'"))
            .ShouldBe([action == "DEFERRABLE" ? "true|true" : "false|true"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("DEFERRABLE INITIALLY IMMEDIATE")]
    public async Task Trap_12_circles_of_foreign_keys_and_rows_that_refer_to_their_own_table_are_written(string how)
    {
        await using var bench = await StartAsync(
            $"""
            CREATE TABLE teams (id integer PRIMARY KEY, lead integer NOT NULL); CREATE TABLE staff (id integer PRIMARY KEY, team integer NOT NULL REFERENCES teams, boss integer REFERENCES staff);
            ALTER TABLE teams ADD FOREIGN KEY (lead) REFERENCES staff {how}
            """);
        await bench.RunAsync(
            """
            BEGIN; ALTER TABLE origin.teams DROP CONSTRAINT teams_lead_fkey; INSERT INTO origin.teams VALUES (1, 5); INSERT INTO origin.staff VALUES (5, 1, 7), (6, 1, 5), (7, 1, NULL); COMMIT;
            ALTER TABLE teams ALTER CONSTRAINT teams_lead_fkey DEFERRABLE;
            BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO teams VALUES (2, 8); INSERT INTO staff VALUES (8, 2, NULL), (9, 2, 8); COMMIT;
            """);
        await bench.RunAsync($"ALTER TABLE teams ALTER CONSTRAINT teams_lead_fkey {(how.Length == 0 ? "NOT DEFERRABLE" : how)}");

        await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Table("teams", ["id integer", "lead integer"]), Table("staff", ["id integer", "team integer", "boss integer"])));

        (await bench.RowsAsync("SELECT * FROM teams")).ShouldBe(["1|5"]);
        (await bench.RowsAsync("SELECT * FROM staff ORDER BY id")).ShouldBe(["5|1|7", "6|1|5", "7|1|-"]);
        (await bench.RowsAsync("SELECT conname, condeferrable, condeferred, convalidated FROM pg_constraint WHERE contype = 'f' AND conrelid = 'teams'::regclass"))
            .ShouldBe([how.Length == 0 ? "teams_lead_fkey|false|false|true" : "teams_lead_fkey|true|false|true"]);
    }

    [Fact]
    public async Task Rows_without_a_key_are_compared_with_all_their_copies()
    {
        await using var bench = await StartAsync("CREATE TABLE hits (page text, visitor text)");
        await bench.RunAsync("INSERT INTO origin.hits VALUES ('a', 'x'), ('a', 'x'), ('a', 'x'), ('b', NULL), ('c', ''); INSERT INTO hits VALUES ('a', 'x'), ('b', ''), ('c', ''), ('c', '')");

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Table("hits", ["page text", "visitor text"], [])));

        (applied[0].Created, applied[0].Deleted, applied[0].Unchanged).ShouldBe((3, 2, 2));
        applied[0].Found.ShouldBe(applied[0].Expected);
        (await bench.RowsAsync("SELECT page, visitor FROM hits ORDER BY 1")).ShouldBe(["a|x", "a|x", "a|x", "b|-", "c|"]);
    }

    [Fact]
    public async Task Of_a_mirrored_table_without_a_key_the_rows_of_copied_buckets_are_made_equal_and_others_are_left_alone()
    {
        await using var bench = await StartAsync("CREATE TABLE hits (page text)");
        await bench.RunAsync("INSERT INTO hits SELECT 'old ' || n FROM generate_series(1, 40) AS n; INSERT INTO origin.hits SELECT 'new ' || n FROM generate_series(1, 40) AS n");
        var hits = Table("hits", ["page text"], []);
        var bucket = new TransferSql(hits).Bucket;
        var write = bench.Write(ApplyMode.Mirror, hits);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, hits, new RowSelection.Buckets([1, 3]), $"{bucket} IN (1, 3)");

        await target.ApplyAsync(new([]), _ => Task.CompletedTask, TestContext.Current.CancellationToken);

        (await bench.RowsAsync($"SELECT page FROM hits AS t WHERE {bucket} IN (1, 3) ORDER BY 1")).ShouldBe(await bench.RowsAsync($"SELECT page FROM origin.hits AS t WHERE {bucket} IN (1, 3) ORDER BY 1"));
        (await bench.RowsAsync($"SELECT count(*) FROM hits AS t WHERE {bucket} NOT IN (1, 3) AND page LIKE 'old%'")).ShouldBe(
            await bench.RowsAsync($"SELECT count(*) FROM (SELECT 'old ' || n AS page FROM generate_series(1, 40) AS n) AS t WHERE {bucket} NOT IN (1, 3)"));
    }

    [Fact]
    public async Task Trap_8_a_target_in_partitions_takes_rows_at_its_root_and_a_row_moves_to_its_partition()
    {
        await using var bench = await StartAsync("CREATE TABLE orders (id integer, year integer, note text, PRIMARY KEY (id))");
        await bench.RunAsync(
            """
            DROP TABLE orders; CREATE TABLE orders (id integer, year integer, note text, PRIMARY KEY (id, year)) PARTITION BY RANGE (year);
            CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM (2000) TO (2020); CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM (2020) TO (2040);
            INSERT INTO orders VALUES (1, 2010, 'a'), (2, 2021, 'b'); INSERT INTO origin.orders VALUES (1, 2022, 'a'), (3, 2011, 'c')
            """);

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, Table("orders", ["id integer", "year integer", "note text"])));

        (applied[0].Created, applied[0].Updated, applied[0].Deleted).ShouldBe((1, 1, 1));
        (await bench.RowsAsync("SELECT tableoid::regclass::text, id FROM orders ORDER BY id")).ShouldBe(["orders_new|1", "orders_old|3"]);
    }

    [Fact]
    public async Task What_goes_of_other_tables_along_with_deleted_rows_is_told()
    {
        await using var bench = await StartAsync(
            $"{MakePeople}; CREATE TABLE letters (id integer PRIMARY KEY, person integer REFERENCES people ON DELETE CASCADE); CREATE TABLE pages (letter integer REFERENCES letters ON DELETE CASCADE); CREATE TABLE visits (person integer REFERENCES people ON DELETE SET NULL)");
        await bench.RunAsync("INSERT INTO people VALUES (1, 'a', 'x'), (2, 'b', 'y'); INSERT INTO letters VALUES (1, 1), (2, 1), (3, 2); INSERT INTO pages VALUES (1), (1), (3); INSERT INTO visits VALUES (1), (2); INSERT INTO origin.people VALUES (2, 'b', 'y')");

        var applied = await bench.TransferAsync(bench.Write(ApplyMode.Mirror, People));

        applied[0].Cascades.OrderBy(cascade => cascade.Table, StringComparer.Ordinal).ShouldBe([new Cascade("letters", 3, 2, 0), new Cascade("pages", 3, 2, 0), new Cascade("visits", 2, 0, 1)]);
    }

    [Fact]
    public async Task Noted_keys_are_deleted_unless_a_row_of_theirs_is_kept_aside()
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("INSERT INTO people VALUES (1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'); INSERT INTO origin.people VALUES (2, 'again', 'b')");
        var stop = TestContext.Current.CancellationToken;
        await using var target = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People));
        await target.StageDeletesAsync(People, [new(["1"]), new(["2"])], stop);
        await bench.StageAsync(target, People, new RowSelection.Keys([new(["2"])]));

        var applied = await target.ApplyAsync(new([]), _ => Task.CompletedTask, stop);

        (applied[0].Created, applied[0].Updated, applied[0].Deleted, applied[0].Before).ShouldBe((0, 1, 1, 3));
        (await bench.RowsAsync("SELECT id, name FROM people ORDER BY id")).ShouldBe(["2|again", "3|c"]);
    }

    [Fact]
    public async Task A_trigger_that_changes_rows_shows_in_the_rows_that_are_read_back_and_nothing_is_committed_where_that_is_refused()
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("CREATE FUNCTION louder() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name = upper(NEW.name); RETURN NEW; END'; CREATE TRIGGER louder BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION louder(); INSERT INTO origin.people VALUES (1, 'a', 'x')");
        var write = bench.Write(ApplyMode.Upsert, People);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, People);

        var refused = await Should.ThrowAsync<TidemarkException>(() => target.ApplyAsync(
            Whole(write),
            tables => tables[0].Found == tables[0].Expected ? Task.CompletedTask : throw new TidemarkException(FailureKind.Configuration, "test.refused", "They differ."),
            TestContext.Current.CancellationToken));

        refused.Code.ShouldBe("test.refused");
        (await bench.RowsAsync("SELECT * FROM people")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_whole_table_is_compared_where_the_sources_checksum_is_given()
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("INSERT INTO people VALUES (7, 'rest', 'r'); INSERT INTO origin.people VALUES (1, 'a', 'x')");
        var write = bench.Write(ApplyMode.Upsert, People);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, People);
        var expected = new Checksum(1, 2, 3);

        var applied = await target.ApplyAsync(
            new([]) { Expected = new Dictionary<string, Checksum> { ["people"] = expected } }, _ => Task.CompletedTask, TestContext.Current.CancellationToken);

        applied[0].Expected.ShouldBe(expected);
        applied[0].Found.Rows.ShouldBe(2);
    }

    [Fact]
    public async Task Trap_28_written_tables_have_statistics()
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("INSERT INTO origin.people SELECT n, 'n', n::text FROM generate_series(1, 500) AS n");

        await bench.TransferAsync(bench.Write(ApplyMode.Upsert, People));

        (await bench.RowsAsync("SELECT reltuples FROM pg_class WHERE oid = 'people'::regclass")).ShouldBe(["500"]);
    }
}
