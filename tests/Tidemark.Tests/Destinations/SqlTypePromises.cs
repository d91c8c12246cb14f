using Shouldly;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>
/// A column of a table that the application made takes every value that it can hold without loss; the record of any other waits, with the
/// value and the column (W9).
/// </summary>
public abstract class SqlTypePromises(SqlWorkbench bench) : IAsyncDisposable
{
    protected SqlWorkbench Bench => bench;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return bench.DisposeAsync();
    }

    protected virtual Task MakeTypesAsync() => Task.CompletedTask;

    /// <summary>Writes values into a column, in every way.</summary>
    /// <param name="declared">The column's type in SQL.</param>
    /// <param name="type">What the stream declares.</param>
    /// <param name="good">JSON of values, each with what the column shows then.</param>
    /// <param name="bad">JSON of values that it cannot hold.</param>
    protected async Task HoldAsync(string declared, FieldType type, (string Json, string Shown)[] good, string[] bad)
    {
        var stream = new StreamSchema("things", [new("id", FieldType.Text), new("value", type)]);
        string Record(int number, string value) => $$"""{"id":"{{(char)('a' + number)}}","value":{{value}}}""";
        string[] records = [.. good.Select(each => each.Json).Append("null").Concat(bad).Select((value, at) => Record(at, value))];
        string[] turned = [.. good.Select(each => each.Json).Prepend("null").Concat(bad).Select((value, at) => Record(at, value))];
        var rows = good.Select((each, at) => $"{(char)('a' + at)}|{each.Shown}").Append($"{(char)('a' + good.Length)}|").ToArray();
        ScriptedSource Source(string[] of) => new ScriptedSource(stream).With("things", of);
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            await bench.MergeAsync(new ScriptedSource(new StreamSchema("first", [new("id", FieldType.Text)]))); // makes the database
            await MakeTypesAsync();
            await bench.ExecuteAsync($"DROP TABLE IF EXISTS things; CREATE TABLE things (id text PRIMARY KEY, value {declared})");
            await using (var destination = bench.OpenDestination())
                (await destination.CheckAsync([new TablePlan("things", stream)], Stop)).ShouldBeEmpty();

            var first = await bench.RunAsync(Source(records), mode, Stop);
            Why(first).ShouldBe(bad.Length == 0 ? "" : Why(first));
            Only(first).ShouldSatisfyAllConditions(
                figures => figures.Created.ShouldBe(good.Length + 1, Why(first)), figures => figures.Quarantined.ShouldBe(bad.Length, Why(first)),
                figures => figures.Receipt!.IsVerified.ShouldBeTrue(Why(first)));
            (await bench.RowsAsync("things", "id", "value")).ShouldBe(rows);
            foreach (var waiting in await bench.QuarantineAsync())
            {
                waiting.Record.Reason.Code.ShouldEndWith(".value_does_not_fit");
                waiting.Record.Reason.Message.ShouldContain("The column value (");
            }

            foreach (var again in new[] { WriteMode.Merge, WriteMode.Replace })
            {
                var second = await bench.RunAsync(Source(records), again, Stop);
                (Only(second).Unchanged, Only(second).Updated, Only(second).Quarantined).ShouldBe((good.Length + 1, 0, bad.Length), Why(second));
                (await bench.VerifyAsync(Source(records), second)).IsVerified.ShouldBeTrue();
            }

            foreach (var again in new[] { WriteMode.Merge, WriteMode.Replace })
            {
                var changed = await bench.RunAsync(Source(turned), again, Stop);
                (Only(changed).Updated, Only(changed).Quarantined, Only(changed).Receipt!.IsVerified).ShouldBe((good.Length + 1, bad.Length, true), Why(changed));
                (await bench.RowsAsync("things", "id", "value")).ShouldBe([.. good.Select(each => each.Shown).Prepend("").Select((shown, at) => $"{(char)('a' + at)}|{shown}")]);
                (await bench.VerifyAsync(Source(turned), changed)).IsVerified.ShouldBeTrue();
                var undo = await bench.UndoAsync(changed);
                undo.Status.ShouldBe(RunStatus.Succeeded, Why(undo));
                (await bench.RowsAsync("things", "id", "value")).ShouldBe(rows);
            }
        }
    }

    protected static StreamFigures Only(RunResult result) => result.Streams.ShouldHaveSingleItem();

    protected static string Why(RunResult run) => string.Join("; ", run.Problems.Select(problem => $"{problem.Code} {problem.Message}"));
}

public sealed class PostgresTypes() : SqlTypePromises(new PostgresWorkbench())
{
    protected override Task MakeTypesAsync() => Bench.ExecuteAsync(
        """
        DO $$ BEGIN
            CREATE TYPE mood AS ENUM ('fine', 'so, so');
            CREATE DOMAIN plate AS varchar(3) CHECK (value <> 'bad');
        EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        """);

    [Fact]
    public Task W9_varchar() => HoldAsync("varchar(3)", FieldType.Text, [("\"abc\"", "abc"), ("\"äöü\"", "äöü"), ("\"\"", ""), ("\"a  \"", "a  ")], ["\"abcd\"", "\"abc \""]);

    [Fact]
    public Task W9_varchar_without_a_length() => HoldAsync("varchar", FieldType.Text, [("\"abc \"", "abc ")], []);

    [Fact]
    public Task W9_char() => HoldAsync("char(3)", FieldType.Text, [("\"abc\"", "abc"), ("\"a\"", "a")], ["\"abcd\"", "\"a \""]);

    [Fact]
    public Task W9_a_domain() => HoldAsync("plate", FieldType.Text, [("\"abc\"", "abc")], ["\"abcd\""]);

    [Fact]
    public async Task W9_citext()
    {
        await Bench.MergeAsync(new ScriptedSource(new StreamSchema("first", [new("id", FieldType.Text)])));
        var there = await Bench.QueryAsync("SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE extname = 'citext'");
        if (there.Count == 0) await Bench.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS citext SCHEMA public");
        await HoldAsync($"{there.DefaultIfEmpty("public").First()}.citext", FieldType.Text, [("\"aBc\"", "aBc"), ("\"ABC\"", "ABC")], []);
    }

    [Fact]
    public Task W9_an_enumeration() => HoldAsync("mood", FieldType.Text, [("\"fine\"", "fine"), ("\"so, so\"", "so, so")], ["\"Fine\"", "\"\""]);

    [Fact]
    public Task W9_uuid() => HoldAsync(
        "uuid", FieldType.Text,
        [("\"00000000-0000-0000-0000-0000000000aB\"", "00000000-0000-0000-0000-0000000000ab"), ("\"12345678-9abc-def0-1234-56789abcdef0\"", "12345678-9abc-def0-1234-56789abcdef0")],
        ["\"x\"", "\"{12345678-9abc-def0-1234-56789abcdef0}\""]);

    [Fact]
    public Task W9_smallint() => HoldAsync("smallint", FieldType.Int64, [("32767", "32767"), ("-32768", "-32768"), ("0", "0")], ["32768", "-9223372036854775808"]);

    [Fact]
    public Task W9_integer() => HoldAsync("integer", FieldType.Int64, [("2147483647", "2147483647"), ("-2147483648", "-2147483648")], ["2147483648"]);

    [Fact]
    public Task W9_numeric_for_whole_numbers() => HoldAsync("numeric(5)", FieldType.Int64, [("99999", "99999"), ("-1", "-1"), ("0", "0")], ["100000"]);

    [Fact]
    public Task W9_numeric() => HoldAsync(
        "numeric(6, 2)", FieldType.Decimal, [("1234.50", "1234.50"), ("12.3", "12.30"), ("0", "0.00"), ("-9999.99", "-9999.99"), ("1.2e3", "1200.00"), ("5.1000", "5.10")],
        ["12.345", "10000", "1e-9"]);

    [Fact]
    public Task W9_real() => HoldAsync("real", FieldType.Float64, [("0.1", "0.1"), ("-1.5", "-1.5"), ("16777216", "1.6777216e+07"), ("0", "0")], ["0.123456789", "1e300"]);

    [Fact]
    public Task W9_timestamp() => HoldAsync(
        "timestamp", FieldType.Timestamp, [("\"2026-01-02T03:04:05.123456+02:00\"", "2026-01-02 01:04:05.123456"), ("\"0001-01-01T00:00:00Z\"", "0001-01-01 00:00:00")], []);

    [Fact]
    public Task W9_timestamp_of_milliseconds() => HoldAsync(
        "timestamptz(3)", FieldType.Timestamp, [("\"2026-01-02T03:04:05.123Z\"", "2026-01-02 03:04:05.123+00")], ["\"2026-01-02T03:04:05.123456Z\""]);

    [Fact]
    public Task W9_jsonb() => HoldAsync(
        "jsonb", FieldType.Json,
        [("""{"b":1,"a":[1,2.50,"é"]}""", """{"a": [1, 2.50, "é"], "b": 1}"""), ("\"x\"", "\"x\""), ("1.10", "1.10"), ("""{"a":"\\u0000"}""", """{"a": "\\u0000"}""")],
        ["""{"a":"\u0000"}"""]);

    [Theory]
    [InlineData("uuid", "12345678-9abc-def0-1234-56789abcdef0", "x")]
    [InlineData("mood", "fine", "bad")]
    [InlineData("char(3)", "ab", "ab ")]
    [InlineData("varchar(3)", "abc", "abcd")]
    public async Task W9_a_key_of_a_type_of_the_application_s_is_found_and_one_that_does_not_fit_waits(string declared, string good, string bad)
    {
        await Bench.MergeAsync(new ScriptedSource(new StreamSchema("first", [new("id", FieldType.Text)])));
        await MakeTypesAsync();
        await Bench.ExecuteAsync($"CREATE TABLE things (id {declared} PRIMARY KEY, name text)");
        var stream = new StreamSchema("things", [new("id", FieldType.Text), new("name", FieldType.Text)]);
        ScriptedSource Source(string name, params string[] more) => new ScriptedSource(stream).With(
            "things", [$$"""{"id":"{{good}}","name":"{{name}}"}""", $$"""{"id":"{{bad}}","name":"x"}""", $$"""-{"id":"{{bad}}"}""", .. more]);

        foreach (var (mode, name) in new[] { (WriteMode.Merge, "1"), (WriteMode.Merge, "2"), (WriteMode.Replace, "3"), (WriteMode.Replace, "3") })
        {
            var run = await Bench.RunAsync(Source(name, $$"""{"id":"{{bad}}","name":5}"""), mode, Stop);
            (run.Status, Only(run).Quarantined, Only(run).Receipt!.IsVerified).ShouldBe((RunStatus.Partial, 1L, true), Why(run));
            (await Bench.RowsAsync("things", "id", "name")).ShouldBe([$"{good}|{name}"]);
        }

        var gone = await Bench.MergeAsync(new ScriptedSource(stream).With("things", [$$"""-{"id":"{{good}}"}""", $$"""-{"id":"{{bad}}"}"""]));
        gone.Status.ShouldBe(RunStatus.Succeeded, Why(gone));
        (await Bench.CountAsync("things")).ShouldBe(0);
        (await Bench.UndoAsync(gone)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.CountAsync("things")).ShouldBe(1);
    }

    [Fact]
    public async Task W3_of_two_records_of_a_full_reading_whose_UUID_is_one_the_second_waits()
    {
        await Bench.MergeAsync(new ScriptedSource(new StreamSchema("first", [new("id", FieldType.Text)])));
        await Bench.ExecuteAsync("CREATE TABLE things (id uuid PRIMARY KEY, name text)");
        var stream = new StreamSchema("things", [new("id", FieldType.Text), new("name", FieldType.Text)]);
        const string Upper = "12345678-9ABC-DEF0-1234-56789ABCDEF0";
        string[] records = [$$"""{"id":"{{Upper}}","name":"a"}""", $$"""{"id":"{{Upper.ToLowerInvariant()}}","name":"b"}"""];

        for (var round = 0; round < 3; round++)
        {
            var run = await Bench.RunAsync(new ScriptedSource(stream).With("things", records), WriteMode.Replace, Stop);
            (run.Status, Only(run).Quarantined, Only(run).Updated, Only(run).Receipt!.IsVerified).ShouldBe((RunStatus.Partial, 1L, 0L, true), Why(run));
            (await Bench.RowsAsync("things", "name")).ShouldBe(["a"]);
            (await Bench.QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Code.ShouldBe("destination.key_not_distinct");
        }
    }

    [Fact]
    public async Task W9_new_columns_for_JSON_are_jsonb_by_setting_and_what_they_hold_is_proven()
    {
        var bench = (PostgresWorkbench)Bench;
        bench.Json = PostgresJson.Jsonb;
        var stream = new StreamSchema("things", [new("id", FieldType.Text), new("tags", FieldType.Json)]);
        ScriptedSource Source(string tags) => new ScriptedSource(stream).With("things", ["{\"id\":\"a\",\"tags\":" + tags + ",\"more\":{\"x\" : [ 1.0 ]}}", """{"id":"b","tags":null}"""]);
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            var first = await bench.RunAsync(Source("""{"b": 1, "a":2}"""), mode, Stop);
            first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
            (await bench.QueryAsync("SELECT pg_typeof(tags)::text, pg_typeof(more)::text, pg_typeof(raw)::text, tags::text, more::text FROM things WHERE id = 'a'"))
                .ShouldBe(["""jsonb|jsonb|json|{"a": 2, "b": 1}|{"x": [1.0]}"""]);
            foreach (var again in new[] { WriteMode.Merge, WriteMode.Replace })
            {
                var second = await bench.RunAsync(Source("""{"b": 1, "a":2}"""), again, Stop);
                (Only(second).Unchanged, second.Status).ShouldBe((2, RunStatus.Succeeded), Why(second));
                (await bench.VerifyAsync(Source(""), second)).IsVerified.ShouldBeTrue();
                await bench.ExecuteAsync("""UPDATE things SET tags = '{"a": 3}' WHERE id = 'a'""");
                var third = await bench.RunAsync(Source("""{"b": 1, "a":2}"""), again, Stop);
                (Only(third).Updated, third.Status).ShouldBe((1, RunStatus.Succeeded), Why(third));
                (await bench.QueryAsync("SELECT tags->>'b' FROM things WHERE id = 'a'")).ShouldBe(["1"]);
            }

            await bench.ExecuteAsync("DROP TABLE things");
        }
    }

    [Fact]
    public async Task W9_a_table_whose_records_are_jsonb_is_reported_before_anything_is_read()
    {
        await Bench.MergeAsync(new ScriptedSource(new StreamSchema("first", [new("id", FieldType.Text)])));
        await Bench.ExecuteAsync("CREATE TABLE things (id text PRIMARY KEY, raw jsonb, _hash integer)");
        await using var destination = Bench.OpenDestination();
        var problems = await destination.CheckAsync([new TablePlan("things", new StreamSchema("things", [new("id", FieldType.Text)]))], Stop);
        problems.Select(problem => problem.Code).ShouldBe(["postgres.column_type", "postgres.column_type"]);
    }
}

public sealed class SqliteTypes() : SqlTypePromises(new SqliteWorkbench())
{
    [Theory]
    [InlineData("varchar(3)")]
    [InlineData("char(3)")]
    [InlineData("citext")]
    public Task W9_text_of_a_length(string declared) =>
        HoldAsync(declared, FieldType.Text, [("\"abcdef \"", "abcdef "), ("\"5.0\"", "5.0"), ("\"\"", "")], []); // a length says nothing here

    [Theory]
    [InlineData("uuid")]
    [InlineData("mood")]
    public Task W9_text_in_a_column_of_an_unknown_type(string declared) => HoldAsync(
        declared, FieldType.Text, [("\"00000000-0000-0000-0000-0000000000aB\"", "00000000-0000-0000-0000-0000000000aB"), ("\"5\"", "5"), ("\"-70\"", "-70")],
        ["\"5.0\"", "\"05\"", "\" 5\"", "\"1e5\""]);

    [Theory]
    [InlineData("integer")]
    [InlineData("smallint")]
    [InlineData("bigint")]
    [InlineData("numeric(5)")]
    public Task W9_whole_numbers(string declared) => HoldAsync(declared, FieldType.Int64, [("9223372036854775807", "9223372036854775807"), ("-1", "-1"), ("0", "0")], []);

    [Theory]
    [InlineData("numeric(6, 2)", "12.3")]
    [InlineData("real", "12.3")]
    [InlineData("integer", "12.3")]
    public Task W9_decimal_numbers(string declared, string shown) => HoldAsync(
        declared, FieldType.Decimal, [("12.30", shown), ("1234.5", "1234.5"), ("-0.001", "-0.001")], ["0.12345678901234567890", "12345678901234567890.5", "1e400"]);

    [Theory]
    [InlineData("real")]
    [InlineData("double precision")]
    [InlineData("float")]
    public Task W9_real_numbers(string declared) => HoldAsync(declared, FieldType.Float64, [("0.1", "0.1"), ("-1.5", "-1.5"), ("1e300", "1E+300")], []);

    [Theory]
    [InlineData("timestamp")]
    [InlineData("datetime")]
    public Task W9_instants(string declared) =>
        HoldAsync(declared, FieldType.Timestamp, [("\"2026-01-02T03:04:05.123456+02:00\"", "2026-01-02T01:04:05.123456Z")], []);

    [Theory]
    [InlineData("json")]
    [InlineData("jsonb")]
    public Task W9_JSON(string declared) =>
        HoldAsync(declared, FieldType.Json, [("""{"b":1,"a":[1,2.50]}""", """{"b":1,"a":[1,2.50]}"""), ("5", "5")], ["5.0"]);
}
