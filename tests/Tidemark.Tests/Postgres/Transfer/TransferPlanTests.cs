using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Transfers;
using Tidemark.Tests.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Plans of two real databases.</summary>
public sealed class TransferPlanTests
{
    private const string Shop =
        """
        CREATE TABLE "Customers" (id int PRIMARY KEY, email text, parent int REFERENCES "Customers");
        CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "who's" int REFERENCES "Customers", total numeric(12,2), gross numeric GENERATED ALWAYS AS (total * 1.19) STORED);
        CREATE TABLE items (o bigint NOT NULL REFERENCES orders, n int, PRIMARY KEY (o, n));
        CREATE TABLE notes (id int PRIMARY KEY, o bigint, n int, FOREIGN KEY (o, n) REFERENCES items)
        """;

    private const string Rows =
        """
        INSERT INTO "Customers" SELECT i, 'c' || i FROM generate_series(1, 3) AS i;
        INSERT INTO orders ("who's", total) VALUES (1, 10), (2, 20), (NULL, 30), (1, 40), (3, 50);
        INSERT INTO items SELECT o, n FROM generate_series(1, 5) AS o, generate_series(1, 2) AS n;
        INSERT INTO notes VALUES (1, 1, 1), (2, 2, 2), (3, NULL, NULL), (4, 3, 1), (5, 5, NULL), (6, 4, 2)
        """;

    [Fact]
    public async Task S5_20_a_customer_and_all_that_belongs_to_it_are_what_the_server_gives()
    {
        await using var databases = await TwoDatabases.CreateAsync(Shop, Rows);

        var plan = await PlanAsync(databases, new() { Where = new Dictionary<string, string> { ["Customers"] = "id = 1 OR email = 'c9'", ["orders"] = "t.total < 40" } });

        plan.Problems.ShouldBeEmpty();
        plan.Tables.Select(table => table.Label).ShouldBe(["Customers", "orders", "items", "notes"]);
        (await RowsAsync(databases, plan, "Customers", "id")).ShouldBe("(1)");
        (await RowsAsync(databases, plan, "orders", "id")).ShouldBe("(1)\n(3)");
        (await RowsAsync(databases, plan, "items", "o, n")).ShouldBe("(1,1)\n(1,2)\n(3,1)\n(3,2)");
        // A key with a null in it refers to nothing.
        (await RowsAsync(databases, plan, "notes", "id")).ShouldBe("(1)\n(3)\n(4)\n(5)");
        plan.Remarks.ShouldContain(remark => remark.StartsWith("Customers refers to itself by Customers_parent_fkey"));
    }

    [Fact]
    public async Task S5_1_and_S5_2_computed_columns_are_left_out_and_identities_kept()
    {
        await using var databases = await TwoDatabases.CreateAsync(Shop);

        var orders = (await PlanAsync(databases, new())).Tables.Single(table => table.Label == "orders");

        orders.Columns.Select(column => (column.Name, column.Hash)).ShouldBe([("id", HashForm.Native), ("who's", HashForm.Native), ("total", HashForm.Native)]);
        orders.HasIdentityAlways.ShouldBeTrue();
        orders.InText.ShouldBeFalse();
        orders.Buckets.ShouldBe(new(BucketKind.Range, 64));
    }

    [Fact]
    public async Task S5_3_and_S5_8_another_order_of_columns_and_partitions_at_one_end_alone_are_no_problem()
    {
        await using var databases = await TwoDatabases.CreateAsync(
            "", "CREATE TABLE t (id int, gone int, a text, PRIMARY KEY (id)); ALTER TABLE t DROP COLUMN gone",
            "CREATE TABLE t (a text, id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t DEFAULT");

        var plan = await PlanAsync(databases, new() { Apply = ApplyMode.Mirror });

        plan.Problems.ShouldBeEmpty();
        plan.Tables.ShouldHaveSingleItem().Columns.Select(column => column.Name).ShouldBe(["id", "a"]);
    }

    [Fact]
    public async Task Rule_5_real_differences_are_told_at_once()
    {
        await using var databases = await TwoDatabases.CreateAsync(
            "CREATE TYPE mood AS ENUM ('new'); CREATE TABLE a (id int PRIMARY KEY, m mood); CREATE TABLE b (id int PRIMARY KEY)",
            "ALTER TYPE mood ADD VALUE 'old'; CREATE EXTENSION hstore; CREATE TABLE c (h hstore); ALTER TABLE b ADD v numeric(10,2)",
            """
            CREATE TABLE c (h text); ALTER TABLE b ADD v numeric(12,2);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER stamp BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()
            """);

        var plan = await PlanAsync(databases, new());

        plan.Problems.Select(problem => $"{problem.Code} {problem.Subject}").ShouldBe([
            "transfer.type_differs table a, column m", "transfer.triggers table a", "transfer.column_type table b, column v",
            "transfer.extension_missing table c, column h", "transfer.column_type table c, column h",
        ]);
    }

    [Fact]
    public async Task A_database_is_not_transferred_to_itself()
    {
        await using var databases = await TwoDatabases.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var (one, same) = (await DatabaseReaderTests.ReadAsync(databases.FromUrl), await DatabaseReaderTests.ReadAsync(databases.FromUrl));

        TransferPlanner.Of(one, same, new()).Problems.ShouldHaveSingleItem().Code.ShouldBe("transfer.same_database");
    }

    [Fact]
    public async Task S5_10_another_encoding_is_refused()
    {
        await using var databases = await TwoDatabases.CreateAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var name = $"{databases.To}_ascii";
        await databases.SourceAsync($"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
        try
        {
            var ascii = await DatabaseReaderTests.ReadAsync(databases.ToUrl.Replace(databases.To, name, StringComparison.Ordinal));

            TransferPlanner.Of(await DatabaseReaderTests.ReadAsync(databases.FromUrl), ascii, new()).Problems.Select(problem => problem.Code)
                .ShouldBe(["transfer.encoding", "transfer.table_missing"]);
        }
        finally
        {
            await databases.SourceAsync($"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task<TransferPlan> PlanAsync(TwoDatabases databases, TransferPolicy policy) =>
        TransferPlanner.Of(await DatabaseReaderTests.ReadAsync(databases.FromUrl), await DatabaseReaderTests.ReadAsync(databases.ToUrl), policy);

    private static Task<string> RowsAsync(TwoDatabases databases, TransferPlan plan, string table, string columns) =>
        databases.OfSourceAsync($"SELECT {columns} FROM {new TransferSql(plan.Tables.Single(known => known.Label == table)).Given} ORDER BY {columns}");
}
