using Shouldly;
using Tidemark.Engine.Destinations.Sql;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Indexes and constraints that are dropped before rows are replaced are made again as they were, with all that belongs to them.</summary>
public sealed class ReplaceIndexTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Indexes_of_every_kind_are_as_they_were()
    {
        const string Rooms =
            """
            CREATE TABLE rooms (id int, name text COLLATE "C" NOT NULL, floor int NOT NULL, during int4range, tags text[], data jsonb);
            ALTER TABLE rooms ADD CONSTRAINT rooms_key PRIMARY KEY (id) INCLUDE (floor) WITH (fillfactor = 71);
            ALTER TABLE rooms ADD CONSTRAINT "Name, once" UNIQUE (name) DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE rooms ADD CONSTRAINT floors UNIQUE NULLS NOT DISTINCT (floor, id) WITH (fillfactor = 80, deduplicate_items = off);
            ALTER TABLE rooms ADD CONSTRAINT apart EXCLUDE USING gist (int4range(id, id, '[]') WITH &&) WITH (fillfactor = 82) WHERE (floor > 0) DEFERRABLE;
            CREATE INDEX by_lower ON rooms (lower(name) COLLATE "POSIX" text_pattern_ops, floor DESC NULLS LAST) INCLUDE (id) WITH (fillfactor = 65);
            ALTER INDEX by_lower ALTER COLUMN 1 SET STATISTICS 321;
            CREATE UNIQUE INDEX ground ON rooms (name) WHERE floor = 0;
            CREATE INDEX by_data ON rooms USING gin (data jsonb_path_ops);
            CREATE INDEX by_tags ON rooms USING gin (tags) WITH (fastupdate = off);
            CREATE INDEX by_span ON rooms USING gist (during);
            CREATE INDEX by_block ON rooms USING brin (floor) WITH (pages_per_range = 7);
            CREATE INDEX by_hash ON rooms USING hash (name);
            CREATE UNIQUE INDEX identity ON rooms (floor, name);
            ALTER TABLE rooms REPLICA IDENTITY USING INDEX identity;
            ALTER TABLE rooms CLUSTER ON by_lower;
            COMMENT ON INDEX by_lower IS 'how people look for it''s name';
            COMMENT ON CONSTRAINT floors ON rooms IS 'a floor';
            COMMENT ON INDEX rooms_key IS 'the index';
            COMMENT ON CONSTRAINT rooms_key ON rooms IS 'the key';
            """;
        var fitting = await FittingAsync(Rooms);
        await using var bench = await ReplaceBench.OfAsync(fitting);
        await bench.Source.ExecuteAsync(
            """
            INSERT INTO rooms SELECT i, 'Room ' || i, i % 5, int4range(i, i + 3), ARRAY['t' || i % 7], jsonb_build_object('n', i % 11) FROM generate_series(1, 3000) AS i
            """,
            Stop);
        await bench.Target.ExecuteAsync("INSERT INTO rooms VALUES (1, 'old', 0), (2, 'older', 0)", Stop);
        var before = await bench.SurroundingsAsync();

        await bench.RunAsync("rooms");

        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.RowsAsync("rooms")).ShouldBe(await bench.SourceRowsAsync("rooms"));
        (await bench.Target.CountAsync("SELECT count(*) FROM pg_depend WHERE objid = 'apart'::regclass AND deptype = 'i'", Stop))
            .ShouldBe(1, "an exclusion constraint is built once, and has its index");
        await using var other = await bench.ConnectAsync();
        await other.ExecuteAsync("SET enable_seqscan = off", Stop);
        (await ReplaceBench.LinesAsync(other, "EXPLAIN SELECT * FROM rooms WHERE data @> '{\"n\": 3}'")).ShouldContain(line => line.Contains("by_data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_that_something_hangs_on_stays_and_so_does_one_that_is_not_valid()
    {
        const string Sold =
            """
            CREATE TABLE sold (id int PRIMARY KEY, name text, number int);
            CREATE VIEW per_key AS SELECT id, name, count(*) FROM sold GROUP BY id;
            CREATE INDEX by_name ON sold (name);
            """;
        await using var bench = await ReplaceBench.OfAsync(Sold);
        await bench.Source.ExecuteAsync("INSERT INTO sold SELECT i, 'n' || i, i + 1 FROM generate_series(1, 500) AS i", Stop);
        await bench.Target.ExecuteAsync("INSERT INTO sold VALUES (1, 'a', 1), (2, 'b', 1)", Stop);
        // As one is left that a program began and did not end.
        await Should.ThrowAsync<Npgsql.PostgresException>(() => bench.Target.ExecuteAsync("CREATE UNIQUE INDEX CONCURRENTLY broken ON sold ((1 / (number - 1)))", Stop));
        await bench.Target.ExecuteAsync("UPDATE sold SET number = 2", Stop);
        var before = await bench.SurroundingsAsync();
        before.ShouldContain("index broken");

        await bench.RunAsync("sold");

        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.RowsAsync("per_key", "count(*)")).ShouldBe("500");
    }

    [Fact]
    public async Task A_partitioned_table_is_filled_from_a_flat_one_and_the_indexes_of_its_partitions_keep_their_names()
    {
        const string Flat = "CREATE TABLE days (id int, at date, name text); CREATE TABLE tags (id int PRIMARY KEY, day int, at date);";
        const string Divided =
            """
            CREATE TABLE tags (id int PRIMARY KEY, day int, at date);
            CREATE TABLE days (name text, at date, id int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE days_old PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
            CREATE TABLE days_old_0 PARTITION OF days_old FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE days_old_1 (id int NOT NULL, name text, at date NOT NULL);
            CREATE UNIQUE INDEX its_own_name ON days_old_1 (id, at) WITH (fillfactor = 60);
            ALTER TABLE days_old ATTACH PARTITION days_old_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE TABLE days_new PARTITION OF days DEFAULT;
            CREATE INDEX by_name ON days (lower(name)) WITH (fillfactor = 55);
            CREATE INDEX alone ON days_new (name);
            ALTER INDEX days_new_pkey RENAME TO another_name;
            COMMENT ON INDEX another_name IS 'of a partition';
            ALTER TABLE days_new REPLICA IDENTITY USING INDEX another_name;
            ALTER TABLE tags ADD CONSTRAINT of_day FOREIGN KEY (day, at) REFERENCES days (id, at);
            ALTER TABLE days ADD COLUMN parent int, ADD CONSTRAINT up FOREIGN KEY (parent) REFERENCES tags;
            """;
        await using var bench = await ReplaceBench.OfAsync(Flat, Divided);
        await bench.Source.ExecuteAsync(
            "INSERT INTO days SELECT i, '2022-01-01'::date + i, 'n' || i FROM generate_series(1, 2000) AS i; INSERT INTO tags SELECT i, i, '2022-01-01'::date + i FROM generate_series(1, 50) AS i", Stop);
        await bench.Target.ExecuteAsync("INSERT INTO days VALUES ('old', '2023-01-01', 1), ('old', '2026-01-01', 2)", Stop);
        var before = await bench.SurroundingsAsync();

        var applied = await bench.RunAsync("days", "tags");

        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.RowsAsync("days", "format('%s %s %s', id, at, name)")).ShouldBe(await bench.SourceRowsAsync("days", "format('%s %s %s', id, at, name)"));
        applied[0].ShouldSatisfyAllConditions(days => days.Before.ShouldBe(2), days => days.Found.ShouldBe(days.Expected), days => days.Found.Rows.ShouldBe(2000));
        (await bench.Target.CountAsync("SELECT count(*) FROM days_old_1", Stop)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_partition_is_replaced_alone_with_its_parents_indexes_in_place()
    {
        const string Divided =
            """
            CREATE TABLE days (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE days_old PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
            CREATE TABLE days_new PARTITION OF days DEFAULT;
            CREATE INDEX alone ON days_old (at);
            """;
        await using var bench = await ReplaceBench.OfAsync(Divided);
        await bench.Source.ExecuteAsync("INSERT INTO days SELECT i, '2022-01-01' FROM generate_series(1, 100) AS i", Stop);
        await bench.Target.ExecuteAsync("INSERT INTO days VALUES (1, '2026-01-01'), (2, '2023-01-01')", Stop);
        var before = await bench.SurroundingsAsync();

        await bench.RunAsync("days_old");

        (await bench.SurroundingsAsync()).ShouldBe(before);
        (await bench.RowsAsync("days", "count(*) || ' ' || max(at)")).ShouldBe("101 2026-01-01");
    }

    /// <summary>The definitions without what it is too old for.</summary>
    private static async Task<string> FittingAsync(string tables)
    {
        await using var connection = await TestPostgres.ConnectAsync("public", Stop);
        if (connection.PostgreSqlVersion.Major < 15) tables = tables.Replace("NULLS NOT DISTINCT ", "", StringComparison.Ordinal);
        return tables;
    }
}
