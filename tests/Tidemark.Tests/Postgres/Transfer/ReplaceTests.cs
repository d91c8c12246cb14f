using Shouldly;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Tables whose rows are replaced by those of another database, and what is around them.</summary>
public sealed class ReplaceTests
{
    private const string Shop =
        """
        CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL CONSTRAINT buyer REFERENCES customers ON DELETE CASCADE, total numeric(12,2) CHECK (total >= 0));
        COMMENT ON CONSTRAINT buyer ON orders IS 'who pays';
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_every_kind_are_those_of_the_source_and_proven_so()
    {
        const string Things =
            """
            CREATE TYPE mood AS ENUM ('good', 'bad');
            CREATE TABLE things (
                id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric(12,2), tax numeric(12,2) GENERATED ALWAYS AS (price * 0.2) STORED,
                mood mood, data jsonb, at timestamptz, tags text[], bytes bytea, span interval, size double precision);
            CREATE UNLOGGED TABLE notes (text text, number int);
            """;
        await using var bench = await ReplaceBench.OfAsync(Things, "CREATE SCHEMA other; " + Things + "ALTER TABLE notes DROP COLUMN text, ADD COLUMN text text; INSERT INTO notes (text) VALUES ('old'), ('rows')");
        await bench.Source.ExecuteAsync(
            """
            INSERT INTO things (id, price, mood, data, at, tags, bytes, span, size) OVERRIDING SYSTEM VALUE SELECT i * 3, i / 7.0, CASE WHEN i % 2 = 0 THEN 'good'::mood END, jsonb_build_object('i', i), '2026-01-01'::timestamptz + i * interval '1 hour',
                ARRAY['a', NULL, 'b' || i], decode(md5(i::text), 'hex'), i * interval '1 minute', i / 3.0 FROM generate_series(1, 5000) AS i;
            INSERT INTO notes SELECT 'same', 1 FROM generate_series(1, 3);
            INSERT INTO notes VALUES (NULL, NULL), (E'tab\tline\nback\\slash', 2)
            """,
            Stop);
        var before = await bench.SurroundingsAsync();

        var applied = await bench.RunAsync("things", "notes");

        (await bench.RowsAsync("things")).ShouldBe(await bench.SourceRowsAsync("things"));
        (await bench.RowsAsync("notes", "format('%L %L', text, number)")).ShouldBe(await bench.SourceRowsAsync("notes", "format('%L %L', text, number)"));
        applied.Select(table => (table.Table.Label, table.Before, table.Deleted, table.Created)).ShouldBe([("things", 0, 0, 5000), ("notes", 2, 0, 5)]);
        applied.ShouldAllBe(table => table.Found == table.Expected && table.Found.Rows == table.Created);
        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.Target.CountAsync("SELECT count(*) FROM pg_statistic AS s WHERE starelid = 'things'::regclass", Stop)).ShouldBe(10, "a new table's first hour is slow without statistics");
    }

    [Fact]
    public async Task Rows_are_copied_as_text_between_servers_without_the_same_types()
    {
        await using var bench = await ReplaceBench.OfAsync("CREATE TABLE people (id int, name text)", "CREATE TABLE people (id bigint, name varchar(40))");
        await bench.Source.ExecuteAsync(@"INSERT INTO people SELECT i, E'n\t\\' || i FROM generate_series(1, 2000) AS i; INSERT INTO people VALUES (0, NULL)", Stop);
        var tables = await bench.DescribeAsync("people");

        await bench.CopyAsync([tables[0] with { InText = true }]);

        (await bench.RowsAsync("people")).ShouldBe(await bench.SourceRowsAsync("people"));
    }

    [Fact]
    public async Task What_the_caller_refuses_before_the_commit_is_taken_back()
    {
        await using var bench = await FilledShopAsync();
        var (before, rows) = (await bench.SurroundingsAsync(), await bench.RowsAsync("orders"));
        bench.BeforeCommit = applied => throw new TidemarkException(FailureKind.Approval, "test.refused", $"{applied.Sum(table => table.Created)} rows are too many.");

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.RunAsync("customers", "orders"));

        refused.Message.ShouldBe("200 rows are too many.");
        (await bench.RowsAsync("orders")).ShouldBe(rows);
        (await bench.SurroundingsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task P1_a_copy_that_a_constraint_refuses_leaves_rows_indexes_and_foreign_keys_as_they_were()
    {
        await using var bench = await FilledShopAsync();
        await bench.Source.ExecuteAsync("ALTER TABLE orders DROP CONSTRAINT orders_total_check; UPDATE orders SET total = -1 WHERE id = 77", Stop);
        var (before, customers, orders) = (await bench.SurroundingsAsync(), await bench.RowsAsync("customers"), await bench.RowsAsync("orders"));

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.RunAsync("customers", "orders"));

        refused.Code.ShouldBe("transfer.rows_refused");
        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe("postgres.check");
        (await bench.RowsAsync("customers")).ShouldBe(customers);
        (await bench.RowsAsync("orders")).ShouldBe(orders);
        (await bench.SurroundingsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Rows_that_are_twice_in_the_source_are_refused_by_the_index_that_is_made_after_them()
    {
        await using var bench = await FilledShopAsync();
        await bench.Source.ExecuteAsync("ALTER TABLE orders DROP CONSTRAINT orders_pkey; INSERT INTO orders SELECT * FROM orders WHERE id = 5", Stop);
        var (before, orders) = (await bench.SurroundingsAsync(), await bench.RowsAsync("orders"));

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.RunAsync("customers", "orders"));

        refused.Problems.ShouldHaveSingleItem().Code.ShouldBe("postgres.unique");
        (await bench.RowsAsync("orders")).ShouldBe(orders);
        (await bench.SurroundingsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Readers_see_the_old_rows_of_all_tables_or_the_new_ones()
    {
        await using var bench = await FilledShopAsync();
        using var over = new CancellationTokenSource();
        var seen = new List<string>();
        bench.OnPart = (_, _) => Task.Delay(50, Stop);
        var reading = Task.Run(
            async () =>
            {
                await using var reader = await bench.ConnectAsync();
                while (!over.IsCancellationRequested)
                    seen.Add((await ReplaceBench.LinesAsync(reader, "SELECT (SELECT count(*) FROM customers) || ' ' || (SELECT count(*) FROM orders) || ' ' || (SELECT min(name) FROM customers)")).Single());
            },
            Stop);
        // One whose view of the database is older than the rows must not find the tables empty.
        await using var early = await bench.ConnectAsync();
        await early.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ", Stop);
        await early.CountAsync("SELECT 1", Stop);

        await bench.RunAsync("customers", "orders");

        (await early.CountAsync("SELECT count(*) FROM orders", Stop)).ShouldBe(100);
        await Task.Delay(50, Stop);
        await over.CancelAsync();
        await reading;
        seen.Distinct().ShouldBe(["10 20 old", "100 100 new"]);
    }

    [Fact]
    public async Task Tables_that_refer_to_each_other_and_to_themselves_are_replaced()
    {
        const string Circle =
            """
            CREATE TABLE teams (id int PRIMARY KEY, lead int NOT NULL, parent int REFERENCES teams);
            CREATE TABLE people (id int PRIMARY KEY, team int REFERENCES teams DEFERRABLE INITIALLY DEFERRED);
            ALTER TABLE teams ADD CONSTRAINT leads FOREIGN KEY (lead) REFERENCES people NOT VALID;
            """;
        await using var bench = await ReplaceBench.OfAsync(Circle.Replace("NOT VALID", "DEFERRABLE", StringComparison.Ordinal), Circle);
        await bench.Source.ExecuteAsync(
            "BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO teams VALUES (1, 10, NULL), (2, 11, 1), (3, 10, 3); INSERT INTO people VALUES (10, 1), (11, 3), (12, NULL); COMMIT", Stop);
        var before = await bench.SurroundingsAsync();

        await bench.RunAsync("teams", "people");

        (await bench.RowsAsync("teams")).ShouldBe(await bench.SourceRowsAsync("teams"));
        (await bench.RowsAsync("people")).ShouldBe(await bench.SourceRowsAsync("people"));
        (await bench.SurroundingsAsync()).ShouldBe(before, "one that was without proof is so again");
    }

    [Fact]
    public async Task Whatever_keeps_tables_from_being_replaced_is_told_at_once_and_nothing_is_changed()
    {
        await using var bench = await FilledShopAsync();
        await bench.Target.ExecuteAsync("CREATE TABLE invoices (id int, \"order\" int REFERENCES orders, customer int CONSTRAINT payer REFERENCES customers)", Stop);
        await bench.Source.ExecuteAsync("CREATE TABLE more (id int)", Stop);
        var before = await bench.SurroundingsAsync();

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.RunAsync("customers", "orders", "more"));

        refused.Problems.Select(problem => $"{problem.Code} {problem.Subject}").ShouldBe(
            ["transfer.no_such_table table more", "transfer.referenced_from_outside table orders", "transfer.referenced_from_outside table customers"], ignoreOrder: true);
        refused.Problems.ShouldContain(problem => problem.Message == "customers cannot be replaced: rows of invoices, which is not transferred, refer to it (foreign key payer).");
        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.RowsAsync("orders", "count(*)")).ShouldBe("20");
    }

    [Theory]
    [InlineData(TriggerUse.Off, "0")]
    [InlineData(TriggerUse.Fire, "100")]
    public async Task Triggers_fire_as_the_operator_says_and_stay_as_they_were(TriggerUse use, string fired)
    {
        const string Counted =
            """
            CREATE TABLE fired (id int);
            CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO fired VALUES (1); RETURN NEW; END';
            CREATE TRIGGER counts AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION count_it();
            CREATE TRIGGER never AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION count_it();
            ALTER TABLE orders DISABLE TRIGGER never;
            CREATE TRIGGER always AFTER TRUNCATE ON orders EXECUTE FUNCTION count_it();
            ALTER TABLE orders ENABLE ALWAYS TRIGGER always;
            """;
        await using var bench = await FilledShopAsync(use);
        await bench.Target.ExecuteAsync(Counted, Stop);
        var before = await bench.SurroundingsAsync();

        await bench.RunAsync("customers", "orders");

        (await bench.RowsAsync("fired", "count(*)")).ShouldBe(use == TriggerUse.Off ? fired : "101");
        (await bench.SurroundingsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Tables_of_which_one_reads_another_are_replaced_over_one_connection_only()
    {
        const string Reads =
            """
            CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM 1 FROM customers; RETURN NEW; END';
            CREATE TRIGGER looks BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION look();
            """;
        await using var bench = await FilledShopAsync(TriggerUse.Fire);
        await bench.Target.ExecuteAsync(Reads, Stop);
        var before = await bench.SurroundingsAsync();

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.RunAsync("customers", "orders"));

        refused.Code.ShouldBe("transfer.entangled");
        refused.Message.ShouldContain("reads customers");
        (await bench.SurroundingsAsync()).ShouldBe(before);
        await using var alone = await FilledShopAsync(TriggerUse.Fire, parallel: 1);
        await alone.Target.ExecuteAsync(Reads, Stop);
        (await alone.RunAsync("customers", "orders")).ShouldAllBe(table => table.Found == table.Expected);
    }

    /// <summary>100 customers with an order each at the source, 10 customers with two each in the target.</summary>
    private static async Task<ReplaceBench> FilledShopAsync(TriggerUse triggers = TriggerUse.Ask, int parallel = 2)
    {
        var bench = await ReplaceBench.OfAsync(Shop, triggers, parallel);
        await bench.Source.ExecuteAsync("INSERT INTO customers SELECT i, 'new' FROM generate_series(1, 100) AS i; INSERT INTO orders SELECT i, i, i FROM generate_series(1, 100) AS i", Stop);
        await bench.Target.ExecuteAsync("INSERT INTO customers SELECT i, 'old' FROM generate_series(1, 10) AS i; INSERT INTO orders SELECT i, 1 + i / 2 % 10, i FROM generate_series(1, 20) AS i", Stop);
        return bench;
    }
}
