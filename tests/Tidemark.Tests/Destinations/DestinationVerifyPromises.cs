using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

public abstract partial class DestinationPromises
{
    private static readonly string[] Rich =
    [
        """{"id":"a","name":"Ada 👩‍👩‍👧 \"quoted\" \\ \n","age":9223372036854775807,"paid":123456789012345678901234567890.10,"rate":0.1,"active":true,"born":"0001-01-01","seen":"0001-01-01T00:00:00Z","tags":{"b":[1, 2.50],"a":null}}""",
        """{"id":"b","name":"","age":-1,"paid":"-1.50e-7","rate":-0.0,"active":"false","born":"9999-12-31","seen":"1969-12-31T23:59:59.999999+02:00","tags":"text","more":"inferred","many":1e3,"flag":true}""",
        """{"id":"c","paid":1e20,"rate":1.7976931348623157e308,"seen":"2028-02-29T12:00:00.1Z","tags":[],"more":null}""",
        """{"id":"d","paid":0.000,"rate":5e-324,"name":{"an":"object"},"tags":12345678901234567890}""",
    ];

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P3_the_rows_of_a_run_are_verified_afterwards_whatever_their_values(WriteMode mode)
    {
        var source = PeopleSource(KeepsNul ? [.. Rich, """{"id":"nul","name":"a\u0000b"}"""] : Rich);
        foreach (var _ in new[] { 1, 2 })
        {
            var result = await Bench.RunAsync(source, mode, Stop);
            result.Problems.ShouldBeEmpty();
            var verification = await Bench.VerifyAsync(source, result);
            var people = verification.Streams.ShouldHaveSingleItem();
            people.Shown.SelectMany(row => row.Differences).ShouldBeEmpty();
            (people.IsVerified, people.Rows, people.NotCompared).ShouldBe((true, Rich.Length + (KeepsNul ? 1 : 0), 0));
        }
    }

    [Theory]
    [InlineData("name", "Eve", "Eve")]
    [InlineData("name", null, null)]
    [InlineData("age", 8, "8")]
    [InlineData("paid", "0.01", "0.01")]
    [InlineData("rate", 0.25, "0.25")]
    [InlineData("active", false, "false")]
    [InlineData("born", "2001-01-01", "2001-01-01")]
    [InlineData("seen", "2001-01-01T00:00:00.000001Z", "2001-01-01T00:00:00.000001Z")]
    [InlineData("tags", "[2]", "[2]")]
    [InlineData("more", "another", "another")]
    public async Task P3_a_column_that_was_tampered_with_is_named_with_what_it_is_and_what_the_record_says(
        string column, object? value, string? shown)
    {
        string[] records =
        [
            """{"id":"a","name":"Ada","age":7,"paid":0.10,"rate":0.5,"active":true,"born":"2000-01-01","seen":"2000-01-01T00:00:00Z","tags":[1],"more":"m"}""",
            Person("b", "Bob"),
        ];
        var source = PeopleSource(records);
        var result = await Bench.MergeAsync(source);
        await Bench.ChangeByHandAsync("people", ("id", "a"), (column, value));

        var people = (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem();
        (people.IsVerified, people.Differing, people.Missing, people.Rows).ShouldBe((false, 1, 0, 2));
        var row = people.Shown.ShouldHaveSingleItem();
        (row.Key, row.Run).ShouldBe(("a", result.Run));
        var difference = row.Differences.ShouldHaveSingleItem();
        (difference.Column, difference.Found).ShouldBe((column, shown));
        difference.Recorded.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("_hash", 7, "_hash")]
    [InlineData("raw", "{\"id\":\"a\",\"name\":\"Eve\"}", "_hash,name")]
    [InlineData("raw", "[]", "raw")]
    [InlineData("id", "z", "id")]
    public async Task P3_a_record_or_key_that_was_tampered_with_is_noticed(string column, object value, string columns)
    {
        var source = PeopleSource([Person("a", "Ada")]);
        var result = await Bench.MergeAsync(source);
        await Bench.ChangeByHandAsync("people", ("id", "a"), (column, value));

        var people = (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem();
        people.IsVerified.ShouldBeFalse();
        string.Join(',', people.Shown.ShouldHaveSingleItem().Differences.Select(difference => difference.Column)).ShouldBe(columns);
    }

    [Theory]
    [InlineData(WriteMode.Merge, true)]
    [InlineData(WriteMode.Replace, true)]
    [InlineData(WriteMode.Merge, false)]
    [InlineData(WriteMode.Replace, false)]
    public async Task P3_a_row_that_was_deleted_is_noticed_with_raw_and_without(WriteMode mode, bool keepsRaw)
    {
        Bench.Policy = table => table with { KeepsRaw = keepsRaw };
        var source = PeopleSource(Persons(0, 50));
        var result = await Bench.RunAsync(source, mode, Stop);
        (await Bench.VerifyAsync(source, result)).IsVerified.ShouldBeTrue();
        await Bench.DeleteAsync("people", ("id", "p000007"));

        var people = (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem();
        (people.IsVerified, people.Missing, people.Differing).ShouldBe((false, 1, 0));
        people.NotCompared.ShouldBe(keepsRaw ? 0 : 49);

        await Bench.DropAsync("people");
        (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem().Missing.ShouldBe(50);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999999Z")]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("2028-02-29T23:59:59.999999+14:00")]
    [InlineData("0001-01-01T00:00:00.000001Z")]
    [InlineData("1969-12-31T23:59:59.999999Z")]
    public async Task W7_an_instant_at_the_edge_is_verified_and_undone(string instant)
    {
        var first = await Bench.MergeAsync(PeopleSource([$$"""{"id":"a","name":"Ada","seen":"{{instant}}"}"""]));
        first.Status.ShouldBe(RunStatus.Succeeded, Why(first));
        var source = PeopleSource([Person("a", "Ada L")]);
        var before = await Bench.RowsAsync("people", "id", "name", "seen");
        var second = await Bench.MergeAsync(source);

        (await Bench.VerifyAsync(source, second)).IsVerified.ShouldBeTrue();
        var undone = await Bench.UndoAsync(second);
        undone.Status.ShouldBe(RunStatus.Succeeded, Why(undone));
        (await Bench.RowsAsync("people", "id", "name", "seen")).ShouldBe(before);
        (await Bench.VerifyAsync(source, first)).IsVerified.ShouldBeTrue();
        (await Bench.ReplaceAsync(PeopleSource([$$"""{"id":"a","name":"Ada","seen":"{{instant}}"}"""]))).Streams[0].Unchanged.ShouldBe(1);
    }

    [Fact]
    public async Task P3_without_raw_a_changed_hash_is_noticed_by_its_sum()
    {
        Bench.Policy = table => table with { KeepsRaw = false };
        var source = PeopleSource(Persons(0, 5));
        var result = await Bench.MergeAsync(source);
        await Bench.ChangeByHandAsync("people", ("id", "p000001"), ("_hash", 1));

        var people = (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem();
        (people.IsVerified, people.Missing, people.NotCompared).ShouldBe((false, 0, 5));
    }

    [Fact]
    public async Task P3_rows_that_later_runs_changed_are_counted_and_are_no_error()
    {
        var source = PeopleSource(Persons(0, 50));
        var first = await Bench.MergeAsync(source);
        var second = await Bench.MergeAsync(PeopleSource([.. Persons(0, 3, " new"), Person("q", "Q"), """-{"id":"p000049"}"""]));

        var old = (await Bench.VerifyAsync(source, first)).Streams.ShouldHaveSingleItem();
        (old.IsVerified, old.ChangedLater, old.Rows, old.Checksums).ShouldBe((true, 4, 46, null));
        (await Bench.VerifyAsync(source, second)).IsVerified.ShouldBeTrue();
    }

    [Fact]
    public async Task P3_a_hundred_rows_are_shown_and_all_are_counted()
    {
        var source = PeopleSource(Persons(0, 150));
        var result = await Bench.MergeAsync(source);
        await Bench.ChangeAllByHandAsync("people", ("name", "x"));

        var people = (await Bench.VerifyAsync(source, result)).Streams.ShouldHaveSingleItem();
        (people.Differing, people.Shown.Count).ShouldBe((150, Verification.MaxShown));
        people.Shown.Select(row => row.Key).ShouldBe(people.Shown.Select(row => row.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rows_and_columns_of_the_application_are_not_the_runs_and_differing_rows_are_found_by_run()
    {
        var source = PeopleSource([Person("a", "Ada"), Person("b", "Bob")]);
        var result = await Bench.ReplaceAsync(source);
        await Bench.AddColumnAsync("people", "note");
        await Bench.InsertAsync("people", ("id", "own"), ("name", "made by the application"));
        await Bench.ChangeAllByHandAsync("people", ("note", "mine"));
        (await Bench.VerifyAsync(source, result)).IsVerified.ShouldBeTrue();

        await Bench.ChangeByHandAsync("people", ("id", "b"), ("name", "x"));
        await using var destination = Bench.OpenDestination();
        var comparison = new TableComparison(destination, new TablePlan("people", People));
        (await comparison.DifferingAsync(result.Run, Stop).Select(row => row.Key).ToListAsync(Stop)).ShouldBe(["b"]);
        (await comparison.DifferingAsync("r-another", Stop).AnyAsync(Stop)).ShouldBeFalse();
    }
}
