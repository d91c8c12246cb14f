using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

public sealed class PostgresBackups() : BackupPromises(new PostgresWorkbench { Clock = new SettableClock() }, "postgres")
{
    protected override string OddRow => "odd::text";

    protected override async Task MakeOddTableAsync()
    {
        await Bench.Database.ExecuteAsync(
            """
            CREATE TYPE mood AS ENUM ('so, so', 'a "quoted" one');
            CREATE DOMAIN short AS text CHECK (length(value) < 100);
            CREATE TABLE odd (
                id int PRIMARY KEY, "na""me" text, amount numeric, fixed numeric(12, 2), rate double precision, small real,
                yes boolean, born date, seen timestamptz, local timestamp, at time, lasts interval, blob bytea, raw json,
                doc jsonb, tags text[], nested int[][], uid uuid, net inet, feel mood, small_text short, code char(5),
                big bigint, price money, span tstzrange, place point, bits bit varying, x xml,
                twice numeric GENERATED ALWAYS AS (amount * 2) STORED);
            INSERT INTO odd VALUES
                (1, '', 0, 0, 0, 0, true, '2028-02-29', '2026-03-29 02:30:00.123456+02', '0001-01-01', '23:59:59.999999', '1 year -3 days 00:00:01.5',
                 '', '{"a" : [1,2.50, "é"],  "a":1}', '{"b":1,"a":2}', '{}', '{{1,2},{3,4}}', '00000000-0000-0000-0000-000000000001', '::1', 'so, so', 'x', 'ab', 1, '-1234.56', 'empty', '(0.1,-2)', B'0101', '<a>&amp;</a>'),
                (2, E'tab\tline\r\n\\N \\. \b\f\v "quotes" ''single'' \\ 😀 \u202e end', 'NaN', -9999999999.99, 'NaN', '-Infinity', false, 'infinity', '-infinity', 'infinity', '00:00', '-178000000 years',
                 '\x00ff0a5c', 'null', 'null', ARRAY['', NULL, 'NULL', 'a,b', E'\n"\\'], NULL, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '10.0.0.0/8', 'a "quoted" one', '', '', -9223372036854775808, '92233720368547758.07', '(2026-01-01 00:00:00+00,)', '(1e300,1e-300)', B'', NULL),
                (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, 'numbers', '-0.000000000000000000000000000001', 0.10, 5e-324, 1.17549435e-38, true, '0001-01-01 BC', '4713-01-01 00:00:00+00 BC', '294276-12-31 23:59:59.999999', '24:00:00', '0',
                 decode(repeat('00', 1000), 'hex'), '"\u0000 is kept"', '1.10', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9223372036854775807, NULL, NULL, NULL, NULL, NULL),
                (5, 'more', repeat('9', 500)::numeric, NULL, 1.7976931348623157e308, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '12345678901234567890.10', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (6, 'trailing', 2000.100, 1, 0.1, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, E'{\n}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (7, 'infinite', 'Infinity', NULL, '-Infinity', 'Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            """);
    }

    [Fact]
    public async Task Columns_that_the_database_counts_by_itself_come_back_as_they_were()
    {
        await Bench.Database.ExecuteAsync("CREATE TABLE counted (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)");
        await Bench.Database.ExecuteAsync("INSERT INTO counted (name) SELECT 'n' || n FROM generate_series(1, 5) AS n");
        await Bench.Database.ExecuteAsync("DELETE FROM counted WHERE id < 4");
        var file = await Bench.BackUpAsync("counted");
        await Bench.Database.ExecuteAsync("DELETE FROM counted");
        await Bench.RestoreAsync(file, RestoreMode.Exact);

        (await Bench.Database.QueryAsync("SELECT id, name FROM counted ORDER BY id")).ShouldBe(["4|n4", "5|n5"]);
    }

    [Fact]
    public async Task P1_a_trigger_that_changes_what_comes_back_keeps_an_exact_restore_from_happening()
    {
        await Bench.Database.ExecuteAsync("CREATE TABLE people (id text PRIMARY KEY, name text); INSERT INTO people VALUES ('a', 'Ada')");
        var file = await Bench.BackUpAsync("people");
        await Bench.Database.ExecuteAsync(
            """
            DELETE FROM people;
            CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
            CREATE TRIGGER shout BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION shout();
            """);
        (await BackupBench.CodeAsync(() => Bench.RestoreAsync(file, RestoreMode.Exact))).ShouldBe("restore.does_not_fit");
        (await Bench.Database.QueryAsync("SELECT id FROM people")).ShouldBeEmpty();
    }
}
