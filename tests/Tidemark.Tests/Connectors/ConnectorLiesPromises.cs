using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>A vendor that answers wrongly: with records that are none, and with lies about where a list goes on or ends.</summary>
public abstract partial class ConnectorPromises
{
    // The usual run takes half of the lies below, and two of the records.
    private static readonly bool TakesAll = Environment.GetEnvironmentVariable("TIDEMARK_TEST_LIES") == "all";

    /// <summary>What makes a record one that cannot be a row; null for lists within each other beyond any limit.</summary>
    public static TheoryData<string, string?> BadRecords() => new(new (string, string?)[]
    {
        ("a name with half of a surrogate pair", ",\"\\ud83d\":1"),
        ("a word that is none of JSON", ",\"x\":NaN"),
        ("a comma too many", ","),
        ("a line break within a text", ",\"x\":\"a\nb\""),
        ("a thousand lists within each other", null),
    }.Take(TakesAll ? 5 : 2));

    [Theory]
    [MemberData(nameof(BadRecords))]
    public async Task R7_one_bad_record_waits_in_quarantine_and_all_others_arrive(string what, string? inserted)
    {
        inserted ??= $",\"x\":{new string('[', 1500)}{new string(']', 1500)}";
        var id = (await Bench.TruthAsync(TruthOf(Main))).Keys.Order(StringComparer.Ordinal).ElementAt(7);
        await Bench.FaultAsync(new { fault = "rewrite", find = Written(id), with = Written(id) + inserted, times = -1 });
        var merged = await Bench.SyncAsync(WriteMode.Merge, Main);
        merged.Status.ShouldBe(RunStatus.Partial, Describe(merged));
        merged.Streams.ShouldHaveSingleItem().Quarantined.ShouldBe(1, what);
        (await Bench.RowsAsync(Main, Id(Main))).Keys.ShouldBe((await Bench.TruthAsync(TruthOf(Main))).Keys.Where(key => key != id), ignoreOrder: true);

        await Bench.ClearFaultsAsync();
        (await Bench.SyncAsync(WriteMode.Replace, Main)).Status.ShouldBe(RunStatus.Succeeded);
        await ShouldEqualTheSourceAsync(Main);

        // A record that cannot be read is no record that is gone.
        await Bench.FaultAsync(new { fault = "rewrite", find = Written(id), with = Written(id) + inserted, times = -1 });
        var full = await Bench.SyncAsync(WriteMode.Replace, Main);
        full.Status.ShouldBe(RunStatus.Partial, Describe(full));
        full.Streams.ShouldHaveSingleItem().Deleted.ShouldBe(0);
        await ShouldEqualTheSourceAsync(Main);
    }

    [Theory]
    [InlineData(",\"a\\u0000b\":1")]
    [InlineData(",\"xmin\":\"1\",\"ctid\":2")]
    [InlineData(",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task R7_a_record_with_an_odd_name_or_deep_lists_is_a_row_as_any_other(string inserted)
    {
        var id = (await Bench.TruthAsync(TruthOf(Main))).Keys.Order(StringComparer.Ordinal).ElementAt(7);
        await Bench.FaultAsync(new { fault = "rewrite", find = Written(id), with = Written(id) + inserted, times = -1 });
        var merged = await Bench.SyncAsync(WriteMode.Merge, Main);

        merged.Status.ShouldBe(RunStatus.Succeeded, Describe(merged));
        (await Bench.RowsAsync(Main, Id(Main))).Keys.ShouldBe((await Bench.TruthAsync(TruthOf(Main))).Keys, ignoreOrder: true);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    public async Task A_run_says_what_it_waits_for_in_its_figures_and_its_log_before_it_reads_and_while_it_does(int status)
    {
        var before = await Bench.PreflightRequestsAsync();
        await Bench.FaultAsync(new { fault = "status", status, retry_after = status == 429 ? 1 : (int?)null, times = 1 });
        await Bench.FaultAsync(new { fault = "status", status, retry_after = status == 429 ? 1 : (int?)null, after = before + 1, times = 1 });
        var result = await Bench.SyncAsync(WriteMode.Merge, Main);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        var waits = result.Waits.ShouldNotBeNull();
        (waits.For, waits.Seconds > 0).ShouldBe((null, true));
        if (status == 500) waits.Retries.ShouldBe(2);
        (await Bench.LogAsync(result)).Count(line => line.Message.Contains($"{status}", StringComparison.Ordinal) && line.Message.Contains("Waiting ", StringComparison.Ordinal))
            .ShouldBe(2);
    }

    /// <summary>What a run against a vendor that lies is to find out.</summary>
    public enum Reading
    {
        Merge,
        Full,

        /// <summary>Reads the keys alone, and deletes.</summary>
        Deletions,
    }

    /// <summary>
    /// Each way to be wrong about where a list goes on or ends, or to send no list at all: once or always, in each kind of reading. The usual
    /// run takes a part of them.
    /// </summary>
    public static TheoryData<string, int, Reading> Lies() => new(
        from fault in new[] { "empty_page", "has_more_lie_false", "has_more_lie_true", "repeat_page", "no_body", "half_json", "break_off", "wrong_content" }
        from times in new[] { 1, -1 }
        from reading in Enum.GetValues<Reading>()
        where TakesAll || ((times == 1) == (reading != Reading.Merge) && fault is not ("half_json" or "break_off" or "wrong_content"))
        select (fault, times, reading));

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task R1_R3_no_run_against_a_vendor_that_lies_is_green_and_wrong(string fault, int times, Reading reading)
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        await MutateAsync(create: 3, update: 3, delete: 1);
        var before = await Bench.RowsAsync(Main, Id(Main));
        var after = await Bench.PreflightRequestsAsync();
        await Bench.FaultAsync(new { fault, after, times });
        var result = reading switch
        {
            Reading.Deletions => await Bench.ScanAsync(Main),
            Reading.Full => await Bench.SyncAsync(WriteMode.Replace, Main),
            _ => await Bench.SyncAsync(WriteMode.Merge, Main),
        };

        var truth = await Bench.TruthAsync(TruthOf(Main));
        var rows = await Bench.RowsAsync(Main, Id(Main));
        if (result.Status == RunStatus.Succeeded && !(fault == "no_body" && reading == Reading.Merge && NoBodyMeansNoRecords))
        {
            if (reading != Reading.Merge || SeesDeletions) rows.Keys.Except(truth.Keys).ShouldBeEmpty($"{fault}: rows that are gone");
            if (reading != Reading.Deletions)
            {
                truth.Keys.Except(rows.Keys).ShouldBeEmpty($"{fault}: records that are missing from a green run");
                foreach (var (id, record) in truth) IsSame(Main, rows[id], record).ShouldBeTrue($"{fault}: {id} is stale");
            }
        }

        // Whatever was said of it: a row whose record is there is not deleted.
        before.Keys.Intersect(truth.Keys).Except(rows.Keys).ShouldBeEmpty($"{fault}: rows that were deleted");
        await Bench.ClearFaultsAsync();
        var healed = await Bench.SyncAsync(WriteMode.Replace, Main);
        // A staging that was resumed may hold records as incomplete: they are read again once it is published.
        if (healed.Status == RunStatus.Partial) healed = await Bench.SyncAsync(WriteMode.Replace, Main);
        healed.Status.ShouldBe(RunStatus.Succeeded, Describe(healed));
        await ShouldEqualTheSourceAsync(Main);
    }
}
