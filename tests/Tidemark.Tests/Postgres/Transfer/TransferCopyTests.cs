using Shouldly;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Rows get from one database to the other as they are.</summary>
public sealed class TransferCopyTests : IAsyncLifetime
{
    private static readonly RowSelection All = new RowSelection.Blocks(0, null);

    private static readonly (string Name, string Type)[] EveryType =
    [
        ("id", "bigint"), ("a", "smallint"), ("b", "numeric"), ("c", "real"), ("d", "double precision"), ("e", "text"), ("f", "character(5)"), ("g", "bpchar"), ("h", "bytea"),
        ("i", "timestamp without time zone"), ("j", "timestamp with time zone"), ("k", "date"), ("l", "time without time zone"), ("m", "time with time zone"), ("n", "interval"),
        ("o", "boolean"), ("p", "uuid"), ("q", "json"), ("r", "jsonb"), ("s", "inet"), ("t", "cidr"), ("u", "macaddr"), ("v", "integer[]"), ("w", "text[]"), ("x", "int4range"),
        ("y", "tsvector"), ("z", "point"), ("aa", "bit varying"), ("ab", "money"), ("ac", "public.state"), ("ad", "public.pair"), ("ae", "oid"), ("af", "\"char\""), ("ag", "name"),
        ("ah", "nummultirange"), ("ai", "pg_lsn"),
    ];

    private TransferBench _bench = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await TransferBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_types_arrive_as_they_were_and_generated_columns_stay_out(bool inText)
    {
        var columns = string.Join(", ", EveryType.Select(column => $"{column.Name} {column.Type}"));
        await _bench.BothAsync(
            $"CREATE TYPE state AS ENUM ('new', 'paid'); CREATE TYPE pair AS (a integer, b text); CREATE TABLE held ({columns}, half bigint GENERATED ALWAYS AS (id / 2) STORED, PRIMARY KEY (id))");
        await _bench.AtSourceAsync(
            $$"""
            INSERT INTO held VALUES (1, -3, 1.500, 0.1, -0.0, E'é\n\t\\🌊', 'ab', 'a  ', '\x00ff0a5c', '2026-02-03 04:05:06.000007', '0044-03-15 12:00:00+00 BC', 'infinity', '24:00', '04:05:06-07:30',
                '1 mon -2 days 03:04:05.6', TRUE, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a":  1, "a": 2}', '{"b":1.00}', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '[0:1]={1,NULL}',
                '{"a,b",NULL,"","\\"}', '(1,5]', 'fat:1A cat:2', '(1.5,-2)', '101', '-12.34', 'paid', '(1,"a ""b")', 4294967295, 'x', 'n', '{[1.0,2.5)}', '16/B374D848'),
                (2, 1, 'NaN', 'NaN', 'Infinity', '', '', '', '', '-infinity', 'infinity', '-infinity', '00:00', '00:00+15:59', '-178000000 years', FALSE, '00000000-0000-0000-0000-000000000000', 'null', 'null',
                '::1', '::/0', 'ff:ff:ff:ff:ff:ff', '{}', '{}', 'empty', '', '(0,-0)', '', '0', 'new', '(,)', 0, '', '', '{}', '0/0');
            INSERT INTO held (id) VALUES (-9223372036854775808)
            """);
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), EveryType) with { InText = inText };
        await using var snapshot = await _bench.SnapshotAsync(table);

        await using (var copy = await snapshot.CopyAsync(table, All, Stop)) await _bench.WriteAsync(table, copy);

        await using var back = await _bench.SnapshotAsync(_bench.Connections(_bench.Target), table);
        (await BytesAsync(back, table, All)).ShouldBe(await BytesAsync(snapshot, table, All));
        foreach (var form in new[] { HashForm.Native, HashForm.Text })
        {
            var hashed = table with { Columns = [.. table.Columns.Select(column => column with { Hash = form })] };
            var (difference, _) = await _bench.CompareAsync(hashed);
            difference.Move.ShouldBe(TableMove.Nothing);
            difference.Source.Rows.ShouldBe(3);
        }
    }

    [Fact]
    public async Task The_text_of_a_copy_is_that_of_the_server_to_the_byte()
    {
        await _bench.AtSourceAsync(@"CREATE TABLE held (id integer PRIMARY KEY, v text); INSERT INTO held VALUES (1, E'a\tb\\c\r\nü'), (2, NULL)");
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("v", "text")) with { InText = true };
        await using var snapshot = await _bench.SnapshotAsync(table);

        System.Text.Encoding.UTF8.GetString(await BytesAsync(snapshot, table, All)).ShouldBe("1\ta\\tb\\\\c\\r\\nü\n2\t\\N\n");
    }

    [Theory]
    [InlineData(BucketKind.Range)]
    [InlineData(BucketKind.Hash)]
    public async Task Parts_buckets_and_keys_give_the_rows_that_they_name_masked_and_filtered(BucketKind kind)
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer PRIMARY KEY, v text, mail text); INSERT INTO held SELECT n, repeat('x', 300), n || '@example.com' FROM generate_series(-300, 300) AS n");
        var table = TransferBench.Table("held", "id", new(kind, 50), ("id", "integer"), ("v", "text"), ("mail", "text")) with { InText = true, Where = "t.id % 2 = 0 -0" };
        table = table with { Columns = [table.Columns[0], table.Columns[1] with { Mask = ColumnMask.Null }, table.Columns[2] with { Mask = ColumnMask.Hash }] };
        await using var snapshot = await _bench.SnapshotAsync(table);
        var even = Enumerable.Range(-150, 301).Select(half => half * 2);

        var lines = await LinesAsync(snapshot, table, new RowSelection.Blocks(0, 3), new RowSelection.Blocks(3, 7), new RowSelection.Blocks(7, null));
        lines.Select(line => int.Parse(line[0], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(even, ignoreOrder: true);
        lines.ShouldAllBe(line => line[1] == "\\N" && line[2].Length == 64);
        lines.Select(line => line[2]).Distinct().Count().ShouldBe(301);

        var buckets = (await snapshot.DigestAsync(table, Stop).ToListAsync(Stop)).Select(digest => digest.Bucket).Where(bucket => bucket != 0).ToList();
        (await LinesAsync(snapshot, table, new RowSelection.Buckets(buckets))).Count
            .ShouldBe((await snapshot.RowsAsync(table, buckets, Stop).ToListAsync(Stop)).Count);
        (await LinesAsync(snapshot, table, new RowSelection.Keys([new(["-4"]), new(["7"]), new(["10"])]))).Select(line => line[0]).ShouldBe(["-4", "10"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_mask_of_a_value_is_the_same_in_every_copy_and_the_key_of_masks_is_not_in_the_text_of_a_statement()
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer PRIMARY KEY, mail text); INSERT INTO held VALUES (1, 'a@example.com'), (2, 'a@example.com'), (3, NULL)");
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("mail", "text")) with { InText = true };
        table = table with { Columns = [table.Columns[0], table.Columns[1] with { Mask = ColumnMask.Hash }] };
        await using var snapshot = await _bench.SnapshotAsync(table);

        var lines = await LinesAsync(snapshot, table, All);
        lines[0][1].ShouldBe(lines[1][1]);
        lines[2][1].ShouldBe("\\N");
        lines[0][1].ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1, 2, 3, .. "a@example.com"u8])));
        (await TransferBench.AskAsync(_bench.Source, $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_bench.Source}' AND query ILIKE '%' || '0102' || '03%' AND pid <> pg_backend_pid()")).ShouldBe("0");
    }

    [Fact]
    public async Task Keys_with_any_letters_are_values_and_never_SQL()
    {
        string[] texts = ["'; DROP TABLE held; --", "\\", "\\'", "{\"a\",b}", "NULL", "a\nb", "🌊", "", "$1", "E'x'"];
        await _bench.AtSourceAsync("CREATE TABLE held (id text, n integer, PRIMARY KEY (id, n))");
        var table = TransferBench.Table("held", "id,n", new(BucketKind.Hash, 3), ("id", "text"), ("n", "integer")) with { InText = true };
        await using (var connection = await TestPostgres.ConnectAsync("public", Stop, _bench.Source))
        await using (var insert = new Npgsql.NpgsqlCommand("INSERT INTO held SELECT id, n FROM unnest($1::text[]) AS id, generate_series(1, 2) AS n", connection) { Parameters = { new() { Value = texts } } })
            await insert.ExecuteNonQueryAsync(Stop);
        await using var snapshot = await _bench.SnapshotAsync(table);

        var lines = await LinesAsync(snapshot, table, new RowSelection.Keys([.. texts.Select(text => new RowKey([text, "2"])), new(["other", "2"])]));
        lines.Count.ShouldBe(texts.Length);
        lines.ShouldAllBe(line => line[1] == "2");
        (await TransferBench.AskAsync(_bench.Source, "SELECT count(*) FROM held")).ShouldBe("20");
    }

    [Fact]
    public async Task A_large_table_is_in_several_parts_with_each_row_in_one_of_them_and_so_is_a_partitioned_one()
    {
        await _bench.AtSourceAsync(
            """
            CREATE TABLE held (id integer, v text) PARTITION BY LIST (id);
            CREATE TABLE held_even PARTITION OF held FOR VALUES IN (0); CREATE TABLE held_odd PARTITION OF held FOR VALUES IN (1);
            ALTER TABLE held_even ALTER v SET STORAGE PLAIN; ALTER TABLE held_odd ALTER v SET STORAGE PLAIN;
            INSERT INTO held SELECT CASE WHEN n % 3 = 0 THEN 0 ELSE 1 END, repeat('x', 7000) FROM generate_series(1, 18000) AS n
            """);
        var table = TransferBench.Table("held", "", new(BucketKind.Hash, 1), ("id", "integer")) with { InText = true };
        await using var snapshot = await _bench.SnapshotAsync(table);

        var parts = (await snapshot.PartsAsync(table, Stop)).Cast<RowSelection.Blocks>().ToList();
        parts.Count.ShouldBe(3);
        parts[0].From.ShouldBe(0);
        parts[^1].To.ShouldBeNull();
        parts.Zip(parts.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From);
        var lines = await LinesAsync(snapshot, table, [.. parts]);
        lines.Count(line => line[0] == "0").ShouldBe(6000);
        lines.Count.ShouldBe(18000);
    }

    [Fact]
    public async Task An_empty_table_is_one_part_without_an_end()
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer)");
        var table = TransferBench.Table("held", "", new(BucketKind.Hash, 1), ("id", "integer"));
        await using var snapshot = await _bench.SnapshotAsync(table);
        (await snapshot.PartsAsync(table, Stop)).ShouldBe([All]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_is_cancelled_or_left_ends_on_the_server_and_its_connection_is_lent_again(bool isCancelled)
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer PRIMARY KEY); INSERT INTO held SELECT generate_series(1, 50000)");
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 1000), ("id", "integer"));
        // Sends some rows, and then for a day none.
        var slow = table with { Where = "t.id < 20000 OR pg_sleep(86400) IS NULL" };
        await using var snapshot = await _bench.SnapshotAsync(_bench.Connections(_bench.Source, parallel: 1), table);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var copy = await snapshot.CopyAsync(slow, All, cancel.Token);
        (await copy.ReadAsync(new byte[100], Stop)).ShouldBeGreaterThan(0);

        if (isCancelled)
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(100));
            await Should.ThrowAsync<OperationCanceledException>(() => copy.CopyToAsync(Stream.Null, Stop));
        }

        await copy.DisposeAsync();
        await using var again = await snapshot.CopyAsync(table, All, Stop);
        await again.CopyToAsync(Stream.Null, Stop);
        (await TransferBench.AskAsync(_bench.Source, $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_bench.Source}' AND query LIKE '%pg_sleep(86400)%' AND state = 'active' AND pid <> pg_backend_pid()")).ShouldBe("0");
    }

    [Fact]
    public async Task A_value_that_a_condition_cannot_compute_fails_the_copy_that_comes_to_it()
    {
        await _bench.AtSourceAsync("CREATE TABLE held (id integer PRIMARY KEY); INSERT INTO held SELECT generate_series(-20000, 20000)");
        var table = TransferBench.Table("held", "id", new(BucketKind.Range, 1000), ("id", "integer")) with { Where = "1 / t.id < 5" };
        await using var snapshot = await _bench.SnapshotAsync(table);
        await using var copy = await snapshot.CopyAsync(table, All, Stop);

        var refused = await Should.ThrowAsync<TidemarkException>(() => copy.CopyToAsync(Stream.Null, Stop));
        refused.Code.ShouldBe("transfer.where_refused");
    }

    private static async Task<byte[]> BytesAsync(ITransferSource source, TransferTable table, RowSelection rows)
    {
        await using var copy = await source.CopyAsync(table, rows, Stop);
        using var bytes = new MemoryStream();
        await copy.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

    private static async Task<List<string[]>> LinesAsync(ITransferSource source, TransferTable table, params RowSelection[] parts)
    {
        var lines = new List<string[]>();
        foreach (var part in parts)
        {
            var text = System.Text.Encoding.UTF8.GetString(await BytesAsync(source, table, part));
            lines.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')));
        }

        return lines;
    }
}
