using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public sealed class PostgresPromises() : SqlDestinationPromises(new PostgresWorkbench())
{
    protected override int MaxColumns => 1600;

    protected override bool KeepsNul => false;

    protected override string TrueText => "true";

    protected override Task<IReadOnlyList<string>> TablesAsync() => Sql.QueryAsync(
        $"SELECT tablename FROM pg_tables WHERE schemaname = '{((PostgresWorkbench)Sql).Schema}' ORDER BY tablename");

    protected override string FalseText => "false";

    protected override string Instant(string column) =>
        $"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    protected override Task SwallowRowsNamedAsync(string name) => Sql.ExecuteAsync(
        $"""
        CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = '{name}' THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER swallow BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION swallow();
        """);

    protected override Task WriteNamesInCapitalsAsync() => Sql.ExecuteAsync(
        """
        CREATE FUNCTION capitals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
        CREATE TRIGGER capitals BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION capitals();
        """);

    protected override Task AfterWritesAsync(string statement) => Sql.ExecuteAsync(
        $"""
        CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql SET search_path = "{((PostgresWorkbench)Sql).Schema}"
        AS $$ BEGIN {statement}; RETURN NULL; END $$;
        CREATE TRIGGER disturb AFTER INSERT OR UPDATE ON people FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION disturb();
        """);

    protected override Task MakeCircularAsync() => Sql.ExecuteAsync(
        """
        CREATE TABLE people (id text PRIMARY KEY, name text, age bigint);
        CREATE TABLE pets (id bigint PRIMARY KEY, name text REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED);
        ALTER TABLE people ADD FOREIGN KEY (age) REFERENCES pets (id) DEFERRABLE INITIALLY DEFERRED;
        """);

    protected override Task MakeCaselessPeopleAsync() => Sql.ExecuteAsync(
        """
        CREATE COLLATION "Case less" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE people (id text COLLATE "Case less" PRIMARY KEY, name text);
        """);

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task W1_a_number_that_the_applications_type_would_round_waits(WriteMode mode)
    {
        await Bench.MergeAsync(new ScriptedSource(Pets)); // makes the schema
        await Sql.ExecuteAsync("CREATE TABLE prices (id text PRIMARY KEY, amount numeric(10,2))");
        var source = new ScriptedSource(new StreamSchema("prices", [new("id", FieldType.Text), new("amount", FieldType.Decimal)]))
            .With("prices", ["""{"id":"a","amount":12.345}""", """{"id":"b","amount":7.5}""", """{"id":"c","amount":1.20e1}"""]);
        var result = await Bench.RunAsync(source, mode, Stop);

        result.Status.ShouldBe(RunStatus.Partial);
        (Only(result).Receipt!.Expected.Rows, Only(result).Receipt!.Found.Rows, Only(result).Quarantined).ShouldBe((2, 2, 1));
        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldBe(
            "The column amount (numeric(10,2)) cannot hold the value of amount without loss, as it has more digits behind the point: 12.345.");
    }

    [Fact]
    public async Task W1_a_row_that_holds_any_value_of_any_type_is_unchanged_when_it_is_read_again()
    {
        var fields = Enum.GetValues<FieldType>().Select(type => new Field($"a_{type}".ToLowerInvariant(), type)).ToArray();
        var stream = new StreamSchema("values", [new("id", FieldType.Text), .. fields]);
        var draw = new SeededDraw(20261122);
        long Whole() => ((long)draw.Next(int.MaxValue) << 33) ^ ((long)draw.Next(int.MaxValue) << 11) ^ draw.Next(int.MaxValue) ^ (draw.Next(2) == 0 ? 0 : long.MinValue);
        string[] numbers = ["0", "-0", "0.0", "1", "-1.50", "10000", "100000000.0001", "1e3", "1.5E-7", "123456789012345678901234567890.1234567890", "0.00001000", "9999", "10000.5", "-0.0001"];
        string Number() => draw.Next(2) == 0 ? numbers[draw.Next(numbers.Length)]
            : $"{draw.Next(2_000_000_000) - 1_000_000_000}.{draw.Next(100_000):D5}e{draw.Next(24) - 12}";
        string Value(FieldType type) => draw.Next(6) == 0 ? "null" : type switch
        {
            FieldType.Text => draw.Next(3) switch { 0 => "\"\"", 1 => "\"a\\u0001\\ud83d\\ude00 \\\"b\"", _ => "\" x, (y) \"" },
            FieldType.Json => """{"a": [1, 1.0, null, "x"] }""",
            FieldType.Int64 => Whole().ToString(System.Globalization.CultureInfo.InvariantCulture),
            FieldType.Decimal => Number(),
            FieldType.Float64 => draw.Next(4) switch { 0 => "-0.0", 1 => "5e-324", 2 => "1.7976931348623157e308", _ => (draw.Next(int.MaxValue) / 7.0).ToString("R", System.Globalization.CultureInfo.InvariantCulture) },
            FieldType.Boolean => draw.Next(2) == 0 ? "true" : "false",
            FieldType.Timestamp => $"\"{new DateTime((Whole() & long.MaxValue) % DateTime.MaxValue.Ticks, DateTimeKind.Utc):yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\"",
            _ => $"\"{DateOnly.FromDayNumber(draw.Next(DateOnly.MaxValue.DayNumber)):yyyy-MM-dd}\"",
        };
        var records = Enumerable.Range(0, 3000).Select(id =>
            $"{{\"id\":\"{id}\"{string.Concat(fields.Select(field => $",\"{field.Name}\":{Value(field.Type)}"))}}}").ToArray();
        var source = new ScriptedSource(stream).With("values", records);

        var first = await Bench.MergeAsync(source);
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        Only(await Bench.MergeAsync(source)).Unchanged.ShouldBe(3000);
        Only(await Bench.ReplaceAsync(source)).Unchanged.ShouldBe(3000);
    }

    protected override Task KeepRowsNamedAsync(string name) => Sql.ExecuteAsync(
        $"""
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.name = '{name}' THEN RETURN NULL; END IF; RETURN OLD; END $$;
        CREATE TRIGGER keep BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION keep();
        """);

    [Fact]
    public async Task R10_a_column_that_a_view_shows_keeps_its_type_and_the_record_waits()
    {
        await Bench.MergeAsync(PeopleSource(["""{"id":"a","zeta":1,"eta":true}"""]));
        await Sql.ExecuteAsync("CREATE VIEW zetas AS SELECT zeta FROM people");
        var result = await Bench.MergeAsync(PeopleSource(["""{"id":"b","zeta":"two"}""", """{"id":"c","eta":"perhaps"}"""]));

        (result.Status, Only(result).Quarantined).ShouldBe((RunStatus.Partial, 1L));
        (await Bench.RowsAsync("people", "id", "eta")).ShouldBe(["a|true", "c|perhaps"]);
    }

    [Fact]
    public async Task Running_again_unchanged_writes_next_to_no_WAL()
    {
        await Bench.MergeAsync(PeopleSource(Persons(0, 5000)));
        await Bench.MergeAsync(PeopleSource(Persons(0, 5000)));
        var before = (await Sql.QueryAsync("SELECT pg_current_wal_insert_lsn()")).Single();
        Only(await Bench.MergeAsync(PeopleSource(Persons(0, 5000)))).Unchanged.ShouldBe(5000);
        var bytes = (await Sql.QueryAsync($"SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '{before}')")).Single();

        // Other tests write WAL at the same time, so the rows themselves are looked at as well.
        long.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        (await Sql.QueryAsync("SELECT count(*) FROM people WHERE xmax::text <> '0'")).ShouldBe(["0"]);
        (await Sql.QueryAsync("SELECT count(DISTINCT xmin::text) FROM people")).ShouldBe(["1"]);
    }

    [Theory]
    [InlineData(Engine.Destinations.WriteMode.Merge)]
    [InlineData(Engine.Destinations.WriteMode.Replace)]
    public async Task P1_a_connection_that_is_cut_fails_the_run_and_the_next_one_succeeds(Engine.Destinations.WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource([Person("p000000", "old")]));
        var source = PeopleSource([.. Enumerable.Range(0, 4).Select(page => Persons(page * 11_000, 11_000))]);
        source.BeforePage = page => page == 3
            ? Sql.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{((PostgresWorkbench)Sql).Schema}'")
            : Task.CompletedTask;
        var cut = await Bench.RunAsync(source, mode, Stop);

        cut.Status.ShouldBeOneOf(RunStatus.Failed, RunStatus.Partial);
        cut.Problems.ShouldNotBeEmpty();
        cut.Problems.ShouldAllBe(problem => problem.Code.StartsWith("postgres.", StringComparison.Ordinal));
        source.BeforePage = _ => Task.CompletedTask;
        var next = await Bench.RunAsync(source, mode, Stop);
        next.Status.ShouldBe(RunStatus.Succeeded);
        (await Sql.QueryAsync("SELECT count(*) FROM people")).ShouldBe(["44000"]);
    }

    [Fact]
    public async Task A_second_writer_of_a_table_is_refused_while_the_first_is_at_it()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await using var holder = await TestPostgres.ConnectAsync("public", Stop);
        await using var command = holder.CreateCommand();
        command.CommandText = "SELECT pg_advisory_lock(hashtextextended(@name, 0))";
        command.Parameters.AddWithValue("name", $"tidemark postgres \"{((PostgresWorkbench)Sql).Schema}\".\"people\"");
        await command.ExecuteNonQueryAsync(Stop);

        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        soon.CancelAfter(TimeSpan.FromSeconds(1));
        var result = await Bench.RunAsync(PeopleSource([Person("a", "new")]), Engine.Destinations.WriteMode.Merge, soon.Token);
        result.Status.ShouldBe(RunStatus.Cancelled);
        (await Sql.QueryAsync("SELECT name FROM people")).ShouldBe(["Ada"]);
    }

    [Fact]
    public async Task The_reason_of_a_reference_has_the_column_and_its_value()
    {
        await Bench.MergeAsync(PeopleSource([Person("a", "first")]));
        await Sql.ExecuteAsync("CREATE TABLE names (name text PRIMARY KEY)");
        await Sql.ExecuteAsync("INSERT INTO names VALUES ('first')");
        await Sql.ExecuteAsync("ALTER TABLE people ADD FOREIGN KEY (name) REFERENCES names (name)");

        await Bench.MergeAsync(PeopleSource([Person("a", "first"), Person("b", "lost")]));

        (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Message.ShouldEndWith("The record has name = lost.");
    }
}
