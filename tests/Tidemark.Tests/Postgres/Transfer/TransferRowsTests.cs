using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>What differs between two databases is found, whatever the keys.</summary>
public sealed class TransferRowsTests : IAsyncLifetime
{
    private const int Tries = 25;

    private static readonly string[] Letters = ["a", "A", "b", "é", "e\u0301", "\ue000", "\uffff", "🌊", "'", "\"", "\\", "\n", ";", "--", " ", "%", "$$", ""];

    private TransferBench _bench = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await TransferBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(BucketKind.Range, 1)]
    [InlineData(BucketKind.Range, 7)]
    [InlineData(BucketKind.Range, long.MaxValue)]
    [InlineData(BucketKind.Hash, 5)]
    public Task Whole_numbers_from_one_end_of_bigint_to_the_other(BucketKind kind, long size)
    {
        var key = Gen.OneOf(
            Gen.Choose(-20, 20).Select(number => (long)number), Gen.Elements(long.MinValue, long.MinValue + 1, long.MinValue + 7, long.MaxValue, long.MaxValue - 1, int.MinValue, 1L << 32));
        return FindsAsync(
            TransferBench.Table("held", "id", new(kind, size), ("id", "bigint"), ("v", "text")), "id bigint PRIMARY KEY, v text",
            key.Select(number => new[] { number.ToString(CultureInfo.InvariantCulture) }));
    }

    [Theory]
    [InlineData("smallint")]
    [InlineData("integer")]
    public Task Whole_numbers_of_a_smaller_type(string type) => FindsAsync(
        TransferBench.Table("held", "id", new(BucketKind.Range, 3), ("id", type), ("v", "text")), $"id {type} PRIMARY KEY, v text",
        Gen.Choose(-20, 20).Select(number => new[] { number.ToString(CultureInfo.InvariantCulture) }));

    [Fact]
    public Task Keys_of_several_texts_with_any_letters() => FindsAsync(
        TransferBench.Table("held", "b,a", new(BucketKind.Hash, 3), ("a", "text"), ("v", "text"), ("b", "character varying(40)")),
        "a text, v text, b character varying(40), PRIMARY KEY (b, a)",
        Gen.Elements(Letters).ListOf(2).SelectMany(left => Gen.Elements(Letters).ListOf(2), (left, right) => new[] { string.Concat(left), string.Concat(right) }));

    [Fact]
    public Task Keys_that_are_UUIDs() => FindsAsync(
        TransferBench.Table("held", "id", new(BucketKind.Hash, 4), ("id", "uuid"), ("v", "text")), "id uuid PRIMARY KEY, v text",
        Gen.Choose(0, 40).Select(number => new[] { new Guid(number, 7, 7, new byte[8]).ToString() }));

    [Fact]
    public async Task Rows_without_a_key_as_many_as_there_are_of_each()
    {
        await _bench.BothAsync("CREATE TABLE held (a integer, v text)");
        var table = TransferBench.Table("held", "", new(BucketKind.Hash, 3), ("a", "integer"), ("v", "text"));
        var rows = Gen.Choose(0, 5).SelectMany(_ => Gen.Elements("x", "y", null), (a, v) => (a, v)).ListOf(25);
        foreach (var (left, right) in Samples(rows))
        {
            await FillAsync(_bench.Source, "held", ["a", "v"], ["integer", "text"], left.Select(row => new[] { $"{row.a}", row.v }));
            await FillAsync(_bench.Target, "held", ["a", "v"], ["integer", "text"], right.Select(row => new[] { $"{row.a}", row.v }));
            var missing = left.GroupBy(row => row).Sum(group => Math.Max(0, group.Count() - right.Count(row => row == group.Key)));

            var (_, found) = await _bench.CompareAsync(table);
            found.Count(row => row.Change == ChangeKind.Add).ShouldBe(missing);
            found.Count(row => row.Change == ChangeKind.Delete).ShouldBe(missing);
            found.ShouldAllBe(row => row.Change != ChangeKind.Update && row.Key.Parts.Count == 0);
        }
    }

    [Theory]
    [InlineData(BucketKind.Range)]
    [InlineData(BucketKind.Hash)]
    public async Task Rows_before_the_first_and_behind_the_last_key_of_the_other_end_are_compared(BucketKind kind)
    {
        await _bench.BothAsync("CREATE TABLE held (id integer PRIMARY KEY, v text)");
        await _bench.AtSourceAsync("INSERT INTO held SELECT n, 'a' FROM generate_series(100, 200) AS n");
        await _bench.AtTargetAsync("INSERT INTO held SELECT n, 'a' FROM generate_series(100, 200) AS n UNION ALL VALUES (-5000, 'a'), (99, 'a'), (201, 'a'), (900000, 'a')");

        var (_, rows) = await _bench.CompareAsync(TransferBench.Table("held", "id", new(kind, 10), ("id", "integer"), ("v", "text")));
        rows.ShouldAllBe(row => row.Change == ChangeKind.Delete);
        rows.Select(row => row.Key.Parts[0]).ShouldBe(["-5000", "99", "201", "900000"], ignoreOrder: true);
    }

    [Fact]
    public async Task Ends_with_other_collations_give_their_keys_in_the_same_order()
    {
        await _bench.AtSourceAsync("""CREATE TABLE held (id text COLLATE "C" PRIMARY KEY, v text)""");
        await _bench.AtTargetAsync("""CREATE TABLE held (id text COLLATE "en-x-icu" PRIMARY KEY, v text COLLATE "de-x-icu")""");
        await _bench.BothAsync("INSERT INTO held SELECT chr(33 + n % 90) || chr(200 - n), n FROM generate_series(1, 150) AS n; INSERT INTO held VALUES ('co-op', ''), ('coop', ''), ('Coop', ''), ('CO-OP', '')");
        await _bench.AtTargetAsync("DELETE FROM held WHERE id = 'Coop'; UPDATE held SET v = 'x' WHERE id = 'co-op'");

        var (_, rows) = await _bench.CompareAsync(TransferBench.Table("held", "id", new(BucketKind.Hash, 2), ("id", "text"), ("v", "text")));
        rows.Select(row => (row.Key.Parts[0], row.Change)).ShouldBe([("Coop", ChangeKind.Add), ("co-op", ChangeKind.Update)], ignoreOrder: true);
    }

    [Fact]
    public async Task Keys_come_in_the_same_order_from_a_database_of_another_encoding()
    {
        var database = _bench.Target + "_other";
        await using (var server = await TestPostgres.ConnectAsync("public", Stop))
            await server.ExecuteAsync($"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'WIN1251' LC_COLLATE 'C' LC_CTYPE 'C'", Stop);
        try
        {
            await _bench.AtSourceAsync("CREATE TABLE held (id text PRIMARY KEY, v text)");
            await using (var other = await TestPostgres.ConnectAsync("public", Stop, database))
            {
                // Their order in this encoding is not the one that they have in UTF-8.
                await other.ExecuteAsync("CREATE TABLE held (id text PRIMARY KEY, v text); INSERT INTO held VALUES ('я', ''), ('ё', ''), ('ў', ''), ('№', ''), ('a', '')", Stop);
            }

            var table = TransferBench.Table("held", "id", new(BucketKind.Hash, 1), ("id", "text"), ("v", "text"));
            await using var one = await _bench.SnapshotAsync(table);
            await using var two = await _bench.SnapshotAsync(_bench.Connections(database), table);
            var comparison = new TransferComparison(one, two);
            var found = await comparison.RowsAsync(await comparison.CompareAsync(table, Stop), Stop).ToListAsync(Stop);
            found.SelectMany(batch => batch.Rows).Select(row => row.Key.Parts[0]).ShouldBe(["a", "я", "ё", "ў", "№"]);
            await two.DisposeAsync();
        }
        finally
        {
            await using var server = await TestPostgres.ConnectAsync("public", CancellationToken.None);
            await server.ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)", CancellationToken.None);
        }
    }

    [Fact]
    public async Task Rows_are_shown_by_their_keys_and_those_that_are_not_there_are_left_out()
    {
        await _bench.AtSourceAsync("CREATE TABLE held (a text, b integer, v numeric, PRIMARY KEY (a, b)); INSERT INTO held VALUES (E'it''s\\n\\\\', 1, 1.50), ('x', 2, NULL)");
        var table = TransferBench.Table("held", "a,b", new(BucketKind.Hash, 3), ("a", "text"), ("b", "integer"), ("v", "numeric"));
        await using var snapshot = await _bench.SnapshotAsync(table);

        RowKey[] keys = [new(["x", "2"]), new(["nobody", "2"]), new(["it's\n\\", "1"])];
        var found = await snapshot.SampleAsync(table, keys, Stop);
        found.Select(row => row.Key).ShouldBe([keys[0], keys[2]]);
        found[0].Values.ShouldBe(["x", "2", null]);
        found[1].Values.ShouldBe(["it's\n\\", "1", "1.50"]);
    }

    [Fact]
    public async Task Names_of_tables_and_columns_may_be_anything()
    {
        const string name = "\"; DROP TABLE held; --", column = "a'b\"c@d :e $1 {f}";
        await _bench.BothAsync($"""CREATE TABLE {SqlName.Column(name)} ({SqlName.Column(column)} integer PRIMARY KEY, v text); INSERT INTO {SqlName.Column(name)} VALUES (1, 'a'), (2, 'b')""");
        await _bench.AtTargetAsync($"UPDATE {SqlName.Column(name)} SET v = 'x' WHERE v = 'b'");
        var table = TransferBench.Table(name, column, new(BucketKind.Range, 10), (column, "integer"), ("v", "text"));

        (await _bench.CompareAsync(table)).Rows.Select(row => row with { Hash = 0 }).ShouldBe([new RowDifference(0, new RowKey(["2"]), ChangeKind.Update, 0)]);
    }

    private async Task FindsAsync(TransferTable table, string columns, Gen<string[]> keys)
    {
        await _bench.BothAsync($"CREATE TABLE held ({columns})");
        string[] names = [.. table.Key, "v"], types = [.. table.Key.Select(key => table.Columns.First(column => column.Name == key).Type), "text"];
        foreach (var (left, right) in Samples(keys.SelectMany(_ => Gen.Elements("x", "y", "", null), (key, v) => (Key: key, Value: v)).ListOf(25)))
        {
            var (ours, theirs) = (Rows(left), Rows(right));
            await FillAsync(_bench.Source, "held", names, types, ours.Select(row => row.Key.Parts.Append(row.Value).ToArray()));
            await FillAsync(_bench.Target, "held", names, types, theirs.Select(row => row.Key.Parts.Append(row.Value).ToArray()));
            var expected = ours.Keys.Except(theirs.Keys).Select(key => (key, ChangeKind.Add))
                .Concat(theirs.Keys.Except(ours.Keys).Select(key => (key, ChangeKind.Delete)))
                .Concat(ours.Where(row => theirs.TryGetValue(row.Key, out var value) && value != row.Value).Select(row => (row.Key, ChangeKind.Update)));

            var (difference, found) = await _bench.CompareAsync(table);
            found.Select(row => (row.Key, row.Change)).ShouldBe(expected, ignoreOrder: true);
            difference.Source.Rows.ShouldBe(ours.Count);
            difference.Target.Rows.ShouldBe(theirs.Count);
        }

        static Dictionary<RowKey, string?> Rows(IList<(string[] Key, string? Value)> rows) =>
            rows.Select(row => (Key: new RowKey(row.Key), row.Value)).DistinctBy(row => row.Key).ToDictionary(row => row.Key, row => row.Value);
    }

    private static IEnumerable<(T Left, T Right)> Samples<T>(Gen<T> gen) => gen.Sample(2 * Tries).Chunk(2).Select(pair => (pair[0], pair[1]));

    private static async Task FillAsync(string database, string table, string[] names, string[] types, IEnumerable<IReadOnlyList<string?>> rows)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop, database);
        await connection.ExecuteAsync($"TRUNCATE {table}", Stop);
        var all = rows.ToList();
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO {table} ({string.Join(", ", names)}) SELECT {string.Join(", ", types.Select((type, at) => $"c{at}::{type}"))} FROM unnest({string.Join(", ", types.Select((_, at) => $"${at + 1}::text[]"))}) AS r ({string.Join(", ", types.Select((_, at) => $"c{at}"))})",
            connection);
        for (var at = 0; at < names.Length; at++) insert.Parameters.Add(new() { Value = all.Select(row => row[at]).ToArray() });
        await insert.ExecuteNonQueryAsync(Stop);
    }
}
