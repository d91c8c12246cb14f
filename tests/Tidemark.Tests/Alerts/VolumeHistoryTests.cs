using System.Globalization;
using Shouldly;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>What is far from what runs read before.</summary>
public sealed class VolumeHistoryTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(334, false)]
    [InlineData(1000, false)]
    [InlineData(3000, false)]
    [InlineData(3001, true)]
    public void Far_is_under_a_third_of_the_median_or_over_three_times_it(long read, bool isOdd) =>
        Odd(read, 1000, 1001, 999, 1000, 1000, 1002, 998, 1000, 1000, 1000).ShouldBe(isOdd);

    [Theory]
    [InlineData(0, true, "40 40 40 40 40")]
    [InlineData(0, false, "19 19 19 19 19")] // a few records are no news
    [InlineData(0, false, "40 40 40 40")] // too few runs to know
    [InlineData(0, true, "0 1000 1000 1000 1000")] // one strange run hides nothing
    [InlineData(0, false, "0 0 1000 1000 1000 1000 1000")] // two make a habit
    [InlineData(5000, true, "90000 1000 1000 1000 1000")]
    public void One_strange_run_before_hides_nothing(long read, bool isOdd, string before) =>
        Odd(read, [.. before.Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture))]).ShouldBe(isOdd);

    [Fact]
    public void A_quiet_weekend_is_usual_once_it_is_among_the_ten()
    {
        long[] weeks = [1000, 1000, 1000, 1000, 1000, 10, 10, 1000, 1000, 1000, 1000, 1000];

        Odd(10, [.. weeks.Take(5)]).ShouldBeTrue();
        Odd(10, [.. weeks.Reverse().Take(10)]).ShouldBeFalse();
    }

    [Fact]
    public void Only_runs_that_did_the_same_count()
    {
        var run = Run(10, isFull: false);
        var full = Enumerable.Range(0, 10).Select(_ => Run(1000, isFull: true)).ToList();
        var others = Enumerable.Range(0, 10).Select(_ => Run(1000, isFull: false, stream: "orders")).ToList();
        var deletions = Enumerable.Range(0, 10).Select(_ => Run(1000, isFull: false) is var other ? other with { Result = other.Result with { Kind = RunKind.Deletions } } : run).ToList();
        var replaced = Enumerable.Range(0, 10).Select(_ => Run(1000, isFull: false) is var other ? other with { Result = other.Result with { Mode = WriteMode.Replace } } : run).ToList();

        VolumeHistory.Odd(run, [.. full, .. others, .. deletions, .. replaced]).ShouldBeEmpty();
        VolumeHistory.Odd(run, [.. full, .. Enumerable.Range(0, 10).Select(_ => Run(1000, isFull: false))]).ShouldBe([new OddVolume("charges", 10, 1000, 10)]);
    }

    private static bool Odd(long read, params long[] before) =>
        VolumeHistory.Odd(Run(read, isFull: false), before.Reverse().Select(count => Run(count, isFull: false))).Count > 0;

    private static RunRecord Run(long read, bool isFull, string stream = "charges")
    {
        var at = new DateTimeOffset(2026, 12, 1, 2, 0, 0, TimeSpan.Zero);
        return new("r", new SyncRun("p"), new(RunTrigger.Command, null), at, at,
            new("r", "p", WriteMode.Merge, RunStatus.Succeeded, [new(stream, $"p_{stream}") { Read = read, IsFull = isFull }], 1));
    }
}
