using Npgsql;
using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>A source is read as it is at one moment, and nothing of it is written.</summary>
public sealed class PostgresSnapshotTests : IAsyncLifetime
{
    private static readonly TransferTable Held = TransferBench.Table("held", "id", new(BucketKind.Range, 10), ("id", "integer"), ("v", "text"));

    private TransferBench _bench = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await TransferBench.StartAsync();
        await _bench.BothAsync("CREATE TABLE held (id integer PRIMARY KEY, v text); INSERT INTO held SELECT n, 'a' FROM generate_series(1, 30) AS n");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task What_is_committed_after_the_opening_no_connection_sees()
    {
        await using var snapshot = await _bench.SnapshotAsync(Held);
        await _bench.AtSourceAsync("INSERT INTO held VALUES (31, 'late'); UPDATE held SET v = 'late' WHERE id = 1; DELETE FROM held WHERE id = 2");
        // Each holds its connection while the next one reads.
        await using var one = await snapshot.CopyAsync(Held, new RowSelection.Blocks(0, null), Stop);
        await using var two = snapshot.DigestAsync(Held, Stop).GetAsyncEnumerator(Stop);
        await two.MoveNextAsync();
        await _bench.AtSourceAsync("INSERT INTO held VALUES (32, 'later')");

        (await snapshot.RowsAsync(Held, [0, 1, 2, 3], Stop).CountAsync(Stop)).ShouldBe(30);
        (await snapshot.SampleAsync(Held, [new(["1"]), new(["2"]), new(["31"])], Stop)).Select(row => row.Values[1]).ShouldBe(["a", "a"]);
        var rows = two.Current.Rows.Rows;
        while (await two.MoveNextAsync()) rows += two.Current.Rows.Rows;
        rows.ShouldBe(30);
    }

    [Fact]
    public async Task A_table_is_neither_emptied_nor_dropped_while_it_is_read()
    {
        await using var snapshot = await _bench.SnapshotAsync(Held);
        foreach (var act in new[] { "TRUNCATE held", "DROP TABLE held", "ALTER TABLE held ALTER v TYPE varchar(20)" })
        {
            (await Should.ThrowAsync<PostgresException>(() => _bench.AtSourceAsync($"SET lock_timeout = '100ms'; {act}"))).SqlState
                .ShouldBe(PostgresErrorCodes.LockNotAvailable, act);
        }
    }

    [Fact]
    public async Task No_connection_of_it_can_write()
    {
        await using var connections = await SnapshotConnections.OpenAsync(_bench.Connections(_bench.Source), [Held], default, Stop);
        await using var link = await connections.LendAsync(Stop);

        (await Should.ThrowAsync<PostgresException>(() => link.Connection.ExecuteAsync("DELETE FROM held", Stop))).SqlState.ShouldBe("25006");
        link.Spoil();
    }

    [Fact]
    public async Task A_snapshot_whose_connection_is_gone_says_so_and_can_be_opened_again()
    {
        await using var snapshot = await _bench.SnapshotAsync(Held);
        await _bench.AtTargetAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_bench.Source}' AND pid <> pg_backend_pid()");
        await WaitUntilAloneAsync();

        var lost = await Should.ThrowAsync<TidemarkException>(async () => await snapshot.DigestAsync(Held, Stop).CountAsync(Stop));
        lost.Code.ShouldBe("transfer.snapshot_lost");
        lost.Kind.ShouldBe(FailureKind.Transient);
        await using var again = await _bench.SnapshotAsync(Held);
        (await again.DigestAsync(Held, Stop).CountAsync(Stop)).ShouldBe(4);
    }

    [Fact]
    public async Task No_more_connections_are_open_than_may_work_at_once_and_one_that_holds()
    {
        await using var snapshot = await _bench.SnapshotAsync(_bench.Connections(_bench.Source, parallel: 2), Held);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await snapshot.DigestAsync(Held, Stop).CountAsync(Stop)));

        (await TransferBench.AskAsync(_bench.Target, $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_bench.Source}' AND backend_type = 'client backend'")).ShouldBe("3");
    }

    [Theory]
    [InlineData("t.id = = 2")]
    [InlineData("t.id = 2; DELETE FROM held")]
    [InlineData("t.id = 2 -- and no more")]
    [InlineData("t.id = 2 /* and no more */")]
    [InlineData("(t.id = 2")]
    [InlineData("t.id = 2) OR (TRUE")]
    [InlineData("TRUE) UNION SELECT 1, passwd FROM pg_shadow WHERE (TRUE")]
    [InlineData("t.nothing = 2")]
    [InlineData("t.id = 'a'")]
    [InlineData("t.id")]
    [InlineData("t.id = $1")]
    [InlineData("t.v = 'a")]
    [InlineData("t.v = $$a")]
    [InlineData("  ")]
    [InlineData("t.v = 'a\0'")]
    [InlineData("nextval('counter') > 0")]
    [InlineData("writes(t.id)")]
    [InlineData("raises(t.id)")]
    [InlineData("1 / (t.id - 7) < 3")]
    [InlineData("t.id = (SELECT id FROM held)")]
    public async Task A_condition_that_cannot_be_used_is_refused_with_its_table_and_changes_nothing(string where)
    {
        await _bench.AtSourceAsync(
            """
            CREATE SEQUENCE counter;
            CREATE FUNCTION writes(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN DELETE FROM held; RETURN TRUE; END $$;
            CREATE FUNCTION raises(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no such customer'; END $$
            """);
        var table = Held with { Where = where };
        var refused = await Should.ThrowAsync<TidemarkException>(async () =>
        {
            await using var snapshot = await _bench.SnapshotAsync(table);
            await snapshot.DigestAsync(table, Stop).CountAsync(Stop);
        });

        refused.Code.ShouldBe("transfer.where_refused");
        refused.Kind.ShouldBe(FailureKind.Configuration);
        refused.Message.ShouldContain("table held");
        refused.Hint.ShouldNotBeNull();
        (await TransferBench.AskAsync(_bench.Source, "SELECT count(*) FROM held")).ShouldBe("30");
        (await TransferBench.AskAsync(_bench.Source, "SELECT is_called FROM counter")).ShouldBe("False");
    }

    [Theory]
    [InlineData("t.id = 2 OR t.v = 'x;y--z /* ( '''", 1)]
    [InlineData("t.v = E'a\\'); DROP TABLE held; --' OR t.id < 3", 2)]
    [InlineData("t.v = $q$;)--'$q$ OR (t.id < 4)", 3)]
    [InlineData("\"t\".\"id\" < 5 AND t.v <> ':name @p'", 4)]
    [InlineData("to_jsonb(t) ? 'v' AND to_jsonb(t) @> '{\"id\": 6}'", 1)]
    [InlineData("t.id - -1 < 5 AND (ARRAY[1, 2, 3])[1:2] IS NOT NULL", 3)]
    [InlineData("EXISTS (SELECT FROM held AS h WHERE h.id = t.id AND h.id < 3)", 2)]
    [InlineData("t.id\n<\n6", 5)]
    public async Task A_condition_may_be_whatever_SQL_allows_in_one(string where, long rows)
    {
        var table = Held with { Where = where };
        await using var snapshot = await _bench.SnapshotAsync(table);

        (await snapshot.DigestAsync(table, Stop).ToListAsync(Stop)).Sum(bucket => bucket.Rows.Rows).ShouldBe(rows);
        (await snapshot.RowsAsync(table, [0, 1, 2, 3], Stop).CountAsync(Stop)).ShouldBe((int)rows);
        await using var copy = await snapshot.CopyAsync(table with { InText = true }, new RowSelection.Blocks(0, null), Stop);
        using var text = new StreamReader(copy);
        (await text.ReadToEndAsync(Stop)).Count(letter => letter == '\n').ShouldBe((int)rows);
    }

    [Fact]
    public async Task Sequences_stand_where_they_stand()
    {
        await _bench.AtSourceAsync(
            """
            CREATE SEQUENCE fresh START 7; CREATE SEQUENCE down INCREMENT -1; SELECT nextval('down'), nextval('down'); CREATE SEQUENCE reset; SELECT setval('reset', 40, FALSE);
            CREATE TABLE numbered (id integer GENERATED ALWAYS AS IDENTITY); INSERT INTO numbered DEFAULT VALUES; CREATE SCHEMA other; CREATE SEQUENCE other."; DROP TABLE held" MINVALUE -5
            """);
        await using var snapshot = await _bench.SnapshotAsync(Held);

        (await snapshot.SequencesAsync(Stop)).ShouldBe(
            [
                new SequenceValue(new("other", "; DROP TABLE held"), -5, false), new(new("public", "down"), -2, true), new(new("public", "fresh"), 7, false),
                new(new("public", "numbered_id_seq"), 1, true), new(new("public", "reset"), 40, false),
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Sequences_that_the_user_may_not_read_are_left_out()
    {
        var role = _bench.Source + "_reader";
        await _bench.AtSourceAsync(
            $"CREATE ROLE {role}; GRANT SELECT ON held TO {role}; CREATE SEQUENCE shown; GRANT SELECT ON SEQUENCE shown TO {role}; CREATE SEQUENCE hidden");
        try
        {
            await using var snapshot = await _bench.SnapshotAsync(_bench.Connections(_bench.Source, role: role), Held);
            (await snapshot.SequencesAsync(Stop)).Select(sequence => sequence.Name.Name).ShouldBe(["shown"]);
        }
        finally
        {
            await _bench.AtSourceAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_reading_that_is_left_before_its_end_gives_its_connection_back()
    {
        await _bench.AtSourceAsync("INSERT INTO held SELECT n, 'a' FROM generate_series(100, 200000) AS n");
        await using var snapshot = await _bench.SnapshotAsync(_bench.Connections(_bench.Source, parallel: 1), Held);
        long[] buckets = [.. Enumerable.Range(0, 20_000)];

        for (var again = 0; again < 3; again++) (await snapshot.RowsAsync(Held, buckets, Stop).FirstAsync(Stop)).Bucket.ShouldBe(0);
        (await snapshot.DigestAsync(Held, Stop).FirstAsync(Stop)).Rows.Rows.ShouldBe(9);
    }

    [Fact]
    public async Task A_comparison_is_cancelled_while_the_server_computes()
    {
        var slow = Held with { Where = "pg_sleep(86400) IS NULL" };
        await using var snapshot = await _bench.SnapshotAsync(_bench.Connections(_bench.Source, parallel: 1), slow);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(500));

        await Should.ThrowAsync<OperationCanceledException>(() => new TransferComparison(snapshot, _bench.Live()).CompareAsync(slow, cancel.Token));
        (await snapshot.DigestAsync(Held, Stop).CountAsync(Stop)).ShouldBe(4);
    }

    private async Task WaitUntilAloneAsync()
    {
        while (await TransferBench.AskAsync(_bench.Target, $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_bench.Source}'") != "0") await Task.Delay(20, Stop);
    }
}
