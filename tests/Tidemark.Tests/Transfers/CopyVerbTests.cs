using Shouldly;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Transfers;

/// <summary>The command that copies tables between two databases, as a person uses it.</summary>
public sealed class CopyVerbTests : IAsyncLifetime
{
    private const string Shop = """
        CREATE TYPE state AS ENUM ('new', 'paid');
        CREATE TABLE customers (id integer PRIMARY KEY, email text NOT NULL UNIQUE, is_demo boolean NOT NULL DEFAULT false, note text);
        CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer integer REFERENCES customers, state state NOT NULL DEFAULT 'new',
            total numeric(12,2) NOT NULL, twice numeric GENERATED ALWAYS AS (total * 2) STORED);
        CREATE TABLE lines (order_id bigint REFERENCES orders, place smallint, article text, PRIMARY KEY (order_id, place));
        CREATE INDEX orders_customer ON orders (customer)
        """;

    private const string Rows = """
        INSERT INTO customers SELECT n, 'c' || n || '@example.com', n % 10 = 0, repeat('x', n % 5) FROM generate_series(1, 500) AS n;
        INSERT INTO orders (customer, state, total) SELECT 1 + n % 500, CASE n % 2 WHEN 0 THEN 'paid' ELSE 'new' END::state, n / 7.0 FROM generate_series(1, 2000) AS n;
        INSERT INTO lines SELECT o, p, 'a' || o FROM generate_series(1, 2000) AS o, generate_series(1, 2) AS p
        """;

    private readonly CommandBench _bench = new();
    private TwoDatabases _shop = null!;

    public async ValueTask InitializeAsync() => _shop = await TwoDatabases.CreateAsync(Shop, Rows);

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("upsert")]
    [InlineData("mirror")]
    [InlineData("replace")]
    public async Task S5_8_a_copy_fills_an_empty_database_and_proves_it(string apply)
    {
        var answer = await CopyAsync("--apply", apply);

        answer.Code.ShouldBe(0, answer.ToString());
        answer.Line.GetProperty("kind").GetString().ShouldBe("transfer");
        answer.Line.GetProperty("receipt").GetProperty("verified").GetBoolean().ShouldBeTrue();
        Figures(answer, "created").ShouldBe(["customers 500", "lines 4000", "orders 2000"]);
        await SameAsync();
        // The next order gets a number of its own.
        await _shop.TargetAsync("INSERT INTO orders (customer, total) VALUES (1, 1)");
        (await _shop.OfTargetAsync("SELECT max(id) FROM orders")).ShouldBe("(2001)");
    }

    [Fact]
    public async Task S5_8_a_copy_again_writes_nothing_and_a_change_alone_moves()
    {
        (await CopyAsync()).Code.ShouldBe(0);

        var again = await CopyAsync();
        again.Code.ShouldBe(0, again.ToString());
        Figures(again, "created").ShouldBe(["customers 0", "lines 0", "orders 0"]);
        Figures(again, "unchanged").ShouldBe(["customers 500", "lines 4000", "orders 2000"]);

        await _shop.SourceAsync("UPDATE orders SET total = total + 1 WHERE id IN (5, 1999); DELETE FROM lines WHERE order_id = 7; INSERT INTO customers VALUES (900, 'new@example.com')");
        var changed = await CopyAsync();
        changed.Code.ShouldBe(0, changed.ToString());
        Figures(changed, "updated").ShouldBe(["customers 0", "lines 0", "orders 2"]);
        Figures(changed, "created").ShouldBe(["customers 1", "lines 0", "orders 0"]);
        (await _shop.OfTargetAsync("SELECT count(*) FROM lines WHERE order_id = 7")).ShouldBe("(2)");

        var mirrored = await CopyAsync("--apply", "mirror");
        mirrored.Code.ShouldBe(0, mirrored.ToString());
        Figures(mirrored, "deleted").ShouldBe(["customers 0", "lines 2", "orders 0"]);
        await SameAsync();
    }

    [Fact]
    public async Task P7_a_dry_run_tells_what_would_change_and_changes_nothing_and_an_undo_takes_it_back()
    {
        (await CopyAsync()).Code.ShouldBe(0);
        await _shop.SourceAsync("UPDATE customers SET note = 'changed' WHERE id = 3; DELETE FROM lines WHERE order_id = 7; INSERT INTO customers VALUES (900, 'new@example.com')");
        var before = await ContentAsync();

        var dry = await CopyAsync("--apply", "mirror", "--dry-run");
        dry.Code.ShouldBe(0, dry.ToString());
        dry.Line.GetProperty("status").GetString().ShouldBe("planned");
        dry.Error.ShouldContain("changed");
        (await ContentAsync()).ShouldBe(before);

        var done = await CopyAsync("--apply", "mirror");
        done.Code.ShouldBe(0, done.ToString());
        (await ContentAsync()).ShouldNotBe(before);
        var undone = await _bench.RunAsync("run", "undo", done.Line.GetProperty("run").GetString()!, "--yes", "--json");
        undone.Code.ShouldBe(0, undone.ToString());
        (await ContentAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task P5_a_mirror_that_would_delete_too_much_parks_and_approve_lets_it_go_on()
    {
        (await CopyAsync()).Code.ShouldBe(0);
        await _shop.SourceAsync("DELETE FROM lines WHERE order_id <= 1000");
        var before = await ContentAsync();

        var parked = await CopyAsync("--apply", "mirror");
        parked.Code.ShouldBe(4, parked.ToString());
        parked.Error.ShouldContain("guard.too_many_deletes");
        (await ContentAsync()).ShouldBe(before);

        var approved = await _bench.RunAsync("run", "approve", parked.Line.GetProperty("run").GetString()!, "--yes", "--json");
        approved.Code.ShouldBe(0, approved.ToString());
        await SameAsync();
    }

    [Fact]
    public async Task S5_7_a_schema_that_differs_is_told_table_by_table_before_any_row_moves()
    {
        await _shop.TargetAsync("ALTER TABLE customers ALTER COLUMN note TYPE varchar(10); ALTER TABLE orders DROP COLUMN total CASCADE; DROP TABLE lines");

        var refused = await CopyAsync();

        refused.Code.ShouldBe(5, refused.ToString());
        refused.Error.ShouldContain("note");
        refused.Error.ShouldContain("total");
        refused.Error.ShouldContain("lines");
        (await _shop.OfTargetAsync("SELECT count(*) FROM customers")).ShouldBe("(0)");
    }

    [Fact]
    public async Task S5_9_demonstration_data_stays_behind_with_all_that_belongs_to_it()
    {
        var answer = await CopyAsync("--where", "customers=NOT is_demo", "--mask", "customers.note=null", "--json");

        answer.Code.ShouldBe(0, answer.ToString());
        (await _shop.OfTargetAsync("SELECT count(*), count(note), count(*) FILTER (WHERE is_demo) FROM customers")).ShouldBe("(450,0,0)");
        (await _shop.OfTargetAsync("SELECT count(*) FROM orders")).ShouldBe(await _shop.OfSourceAsync("SELECT count(*) FROM orders JOIN customers AS c ON c.id = customer WHERE NOT is_demo"));
        (await _shop.OfTargetAsync("SELECT count(*) FROM lines")).ShouldBe(await _shop.OfSourceAsync("SELECT count(*) FROM lines JOIN orders AS o ON o.id = order_id JOIN customers AS c ON c.id = customer WHERE NOT is_demo"));
    }

    [Fact]
    public async Task S5_10_verify_tells_whether_two_databases_have_the_same_rows()
    {
        (await VerifyAsync()).Code.ShouldBe(3);
        (await CopyAsync()).Code.ShouldBe(0);
        (await VerifyAsync()).Code.ShouldBe(0);
        await _shop.TargetAsync("UPDATE customers SET note = note || ' ' WHERE id = 400");
        (await VerifyAsync()).Code.ShouldBe(3);
        (await VerifyAsync("--exclude", "customers")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_replace_that_would_lose_rows_is_refused_until_the_target_is_named()
    {
        await _shop.TargetAsync("INSERT INTO customers VALUES (9000, 'own@example.com')");

        var parked = await CopyAsync("--apply", "replace");
        parked.Code.ShouldBe(4, parked.ToString());
        parked.Error.ShouldContain("transfer.rows_would_be_lost");
        (await _shop.OfTargetAsync("SELECT id FROM customers")).ShouldBe("(9000)");

        var named = await CopyAsync("--apply", "replace", "--confirm", _shop.To);
        named.Code.ShouldBe(0, named.ToString());
        await SameAsync();
    }

    [Fact]
    public async Task P11_no_password_of_an_address_is_told_or_kept_in_the_clear()
    {
        var from = _shop.FromUrl.Replace("@", ":s3cret-word@", StringComparison.Ordinal);
        var answer = await _bench.RunAsync("transfer", "copy", "--from", from, "--to", _shop.ToUrl, "--json");

        answer.Code.ShouldBe(0, answer.ToString());
        answer.ToString().ShouldNotContain("s3cret-word");
        (await _bench.RunAsync("export")).ToString().ShouldNotContain("s3cret-word");
    }

    private Task<Answer> CopyAsync(params string[] more) =>
        _bench.RunAsync(["transfer", "copy", "--from", _shop.FromUrl, "--to", _shop.ToUrl, .. more.Contains("--json") ? more : [.. more, "--json"]]);

    private Task<Answer> VerifyAsync(params string[] more) =>
        _bench.RunAsync(["transfer", "verify", "--from", _shop.FromUrl, "--to", _shop.ToUrl, "--json", .. more]);

    private static IEnumerable<string> Figures(Answer answer, string figure) => answer.Line.GetProperty("streams").EnumerateArray()
        .Select(table => $"{table.GetProperty("table").GetString()} {table.GetProperty(figure).GetInt64()}").Order(StringComparer.Ordinal);

    private async Task SameAsync()
    {
        foreach (var query in Queries) (await _shop.OfTargetAsync(query)).ShouldBe(await _shop.OfSourceAsync(query));
    }

    private async Task<string> ContentAsync() => string.Join('\n', await Task.WhenAll(Queries.Select(_shop.OfTargetAsync)));

    private static string[] Queries => ["SELECT * FROM customers ORDER BY 1", "SELECT * FROM orders ORDER BY 1", "SELECT * FROM lines ORDER BY 1, 2"];
}
