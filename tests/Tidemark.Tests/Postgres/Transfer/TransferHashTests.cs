using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>What is the same at both ends, and what is not, by the hashes of rows.</summary>
public sealed class TransferHashTests : IAsyncLifetime
{
    private TransferBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await TransferBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("numeric", "1.0", "1.00")]
    [InlineData("numeric(12,2)", "1.50", "-1.50")]
    [InlineData("double precision", "-0.0", "0.0")]
    [InlineData("double precision", "0.1", "0.10000000000000002")]
    [InlineData("real", "-0.0", "0.0")]
    [InlineData("interval", "1 day", "24 hours")]
    [InlineData("interval", "1 mon", "30 days")]
    [InlineData("jsonb", """{"a":1.0}""", """{"a":1.00}""")]
    [InlineData("json", """{"a":1}""", """{"a": 1}""")]
    [InlineData("bpchar", "a", "a ")]
    [InlineData("padded", "a", "a ")]
    [InlineData("bpchar[]", "{a}", "{\"a \"}")]
    [InlineData("integer[]", "{1,2}", "{{1,2}}")]
    [InlineData("integer[]", "{1,2}", "[0:1]={1,2}")]
    [InlineData("bigint", "1", "4294967296")]
    [InlineData("bigint", "-1", "0")]
    [InlineData("bigint", "-9223372036854775808", "2147483648")]
    [InlineData("timestamp with time zone", "1970-01-01 00:00:00.000001+00", "1970-01-01 00:00:00.000002+00")]
    // Both have the same lower half of their microseconds, folded with the upper one.
    [InlineData("timestamp without time zone", "2000-01-01 00:00:00.000001", "2000-01-01 01:11:34.967296")]
    [InlineData("timestamp with time zone", "2000-01-01 00:00:00.000001+00", "2000-01-01 01:11:34.967296+00")]
    [InlineData("time without time zone", "00:00:00.000001", "01:11:34.967296")]
    [InlineData("money", "1", "42949672.96")]
    [InlineData("text", "a", "A")]
    [InlineData("text", "a", "a ")]
    [InlineData("text", "", null)]
    [InlineData("padded", "", null)]
    [InlineData("jsonb", "null", null)]
    [InlineData("state", "new", "paid")]
    [InlineData("pair", "(1,a)", "(1,\"a \")")]
    [InlineData("int4range", "[1,2)", "empty")]
    [InlineData("inet", "10.0.0.1/8", "10.0.0.1/16")]
    [InlineData("boolean", "t", "f")]
    [InlineData("bytea", "\\x00", "\\x0000")]
    [InlineData("bit varying", "10", "100")]
    public async Task Values_that_are_not_the_same_have_other_hashes_and_the_same_one_has_the_same_though_the_server_takes_them_for_equal(
        string type, string left, string? right)
    {
        await _bench.BothAsync(
            $"""
            CREATE DOMAIN padded AS bpchar; CREATE TYPE state AS ENUM ('new', 'paid'); CREATE TYPE pair AS (a integer, b bpchar);
            CREATE TABLE held (id integer PRIMARY KEY, v {type})
            """);
        string Quoted(string? value) => value is null ? "NULL" : $"'{value}'";
        await _bench.AtSourceAsync($"INSERT INTO held SELECT n, {Quoted(left)}::{type} FROM generate_series(1, 4) AS n");
        await _bench.AtTargetAsync($"INSERT INTO held SELECT n, CASE WHEN n = 2 THEN {Quoted(right)}::{type} ELSE {Quoted(left)}::{type} END FROM generate_series(1, 4) AS n");

        foreach (var form in new[] { HashForm.Native, HashForm.Text })
        {
            var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("v", type));
            table = table with { Columns = [table.Columns[0], table.Columns[1] with { Hash = form }] };
            (await _bench.CompareAsync(table)).Rows.Select(row => (row.Key.Parts[0], row.Change)).ShouldBe([("2", ChangeKind.Update)], form.ToString());
        }
    }

    [Fact]
    public async Task A_type_that_forgives_case_does_not_hide_another_value()
    {
        if (await TransferBench.AskAsync(_bench.Source, "SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'") == "0") Assert.Skip("This PostgreSQL is without citext.");
        await _bench.BothAsync("CREATE EXTENSION citext; CREATE TABLE held (id integer PRIMARY KEY, v citext)");
        await _bench.AtSourceAsync("INSERT INTO held VALUES (1, 'Ada'), (2, 'Bob')");
        await _bench.AtTargetAsync("INSERT INTO held VALUES (1, 'Ada'), (2, 'BOB')");

        (await _bench.CompareAsync(TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("v", "citext"))))
            .Rows.Select(row => row.Key.Parts[0]).ShouldBe(["2"]);
    }

    [Theory]
    [InlineData("a", BucketKind.Range)]
    [InlineData("a", BucketKind.Hash)]
    [InlineData("a,b", BucketKind.Hash)]
    [InlineData("", BucketKind.Hash)]
    public async Task Two_rows_that_have_swapped_a_value_do_not_cancel(string key, BucketKind kind)
    {
        // The server's hash of a row is a sum over its columns: the sum over rows would be the same.
        await _bench.BothAsync("CREATE TABLE held (a integer, b text, c text, PRIMARY KEY (a, b)); ALTER TABLE held DROP CONSTRAINT held_pkey");
        await _bench.AtSourceAsync("INSERT INTO held SELECT n, 'b', CASE WHEN n % 2 = 0 THEN 'new' ELSE 'paid' END FROM generate_series(1, 40) AS n");
        await _bench.AtTargetAsync("INSERT INTO held SELECT n, 'b', CASE WHEN n % 2 = 1 THEN 'new' ELSE 'paid' END FROM generate_series(1, 40) AS n");

        var (difference, rows) = await _bench.CompareAsync(TransferBench.Table("held", key, new(kind, kind == BucketKind.Hash ? 1 : 100), ("a", "integer"), ("b", "text"), ("c", "text")));

        difference.Source.ShouldNotBe(difference.Target);
        // The sums alone wrap around at 64 bits: that both halves are different is what makes them safe.
        (difference.Source.Low - difference.Target.Low).ShouldNotBe(0);
        ((difference.Source.Low - difference.Target.Low) % (1L << 32)).ShouldNotBe(0);
        rows.Count.ShouldBe(key.Length == 0 ? 80 : 40);
    }

    [Fact]
    public async Task Two_equal_rows_more_do_not_cancel()
    {
        await _bench.BothAsync("CREATE TABLE held (v text); INSERT INTO held VALUES ('a'), ('b')");
        await _bench.AtSourceAsync("INSERT INTO held VALUES ('c'), ('c')");

        var (_, rows) = await _bench.CompareAsync(TransferBench.Table("held", "", new(BucketKind.Hash, 3), ("v", "text")));
        rows.Select(row => row.Change).ShouldBe([ChangeKind.Add, ChangeKind.Add]);
    }

    [Fact]
    public async Task What_a_database_or_a_role_has_set_for_texts_changes_no_hash()
    {
        await _bench.BothAsync(
            """
            CREATE TABLE held (id integer PRIMARY KEY, a timestamptz, b double precision, c bytea, d interval, e real[], f timestamptz[], g bytea[], h money, j date[]);
            INSERT INTO held VALUES (1, '2026-03-01 12:00:00+00', 0.1, '\x0102', '1 day 02:03:04', '{0.1,1e-10}', '{2026-03-01 12:00:00+00}', '{"\\x0102"}', '12.34', '{2026-03-01}')
            """);
        await _bench.AtTargetAsync(
            $"""
            ALTER DATABASE {_bench.Target} SET TimeZone = 'Asia/Kathmandu'; ALTER DATABASE {_bench.Target} SET DateStyle = 'German'; ALTER DATABASE {_bench.Target} SET extra_float_digits = -3;
            ALTER DATABASE {_bench.Target} SET bytea_output = 'escape'; ALTER DATABASE {_bench.Target} SET IntervalStyle = 'sql_standard'; ALTER DATABASE {_bench.Target} SET search_path = 'nowhere';
            ALTER DATABASE {_bench.Target} SET standard_conforming_strings = off
            """);
        (string, string)[] columns =
        [
            ("id", "integer"), ("a", "timestamp with time zone"), ("b", "double precision"), ("c", "bytea"), ("d", "interval"), ("e", "real[]"), ("f", "timestamp with time zone[]"),
            ("g", "bytea[]"), ("h", "money"), ("j", "date[]"),
        ];
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), columns);
        foreach (var form in new[] { HashForm.Native, HashForm.Text })
        {
            var (difference, _) = await _bench.CompareAsync(table with { Columns = [.. table.Columns.Select(column => column with { Hash = form })] });
            difference.Move.ShouldBe(TableMove.Nothing);
            difference.Source.Rows.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Columns_of_unlike_types_are_compared_by_their_text()
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer PRIMARY KEY, a varchar(10), b integer, c char(4)); INSERT INTO held VALUES (1, 'x', 7, 'ab'), (2, 'y', 8, 'cd')");
        await _bench.AtTargetAsync("CREATE TABLE held (id bigint PRIMARY KEY, a text, b bigint, c text); INSERT INTO held VALUES (1, 'x', 7, 'ab  '), (2, 'y', 9, 'cd  ')");
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("a", "character varying(10)"), ("b", "integer"), ("c", "character(4)"));

        var (_, rows) = await _bench.CompareAsync(table with { Columns = [.. table.Columns.Select(column => column with { Hash = HashForm.Text })] });
        rows.Select(row => row.Key.Parts[0]).ShouldBe(["2"]);
    }
}
