using Shouldly;
using Tidemark.Engine.Runs;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What a pipe or a log gets of a run while it goes on.</summary>
public sealed class ProgressLinesTests
{
    private readonly StepClock _clock = new();

    [Fact]
    public void Streams_begin_and_end_with_their_own_times()
    {
        var lines = New();
        var begun = _clock.GetUtcNow();
        var step = new RunStep("read", "customers", StepStatus.Running, null, begun, null);
        Told(lines, new([new("customers", "t")], null) { Steps = [step] }).ShouldBe(["2026-11-22T10:15:30+01:00 payments: customers: reading"]);
        Told(lines, new([new("customers", "t")], null) { Steps = [step] }).ShouldBeEmpty();
        _clock.Seconds += 7;

        Told(lines, new([new("customers", "t") { Read = 1_200 }], null) { Steps = [step with { Status = StepStatus.Done, FinishedAt = begun.AddSeconds(6) }] })
            .ShouldBe(["2026-11-22T10:15:36+01:00 payments: customers: read 1,200 in 6.0 s"]);
    }

    [Fact]
    public void A_stream_that_failed_or_was_passed_over_says_so()
    {
        var at = _clock.GetUtcNow();

        Told(New(), new([], null)
        {
            Steps = [new("read", "a", StepStatus.Failed, "why", at, at), new("read", "b", StepStatus.Skipped, "why", at, at)],
        }).ShouldBe(
        [
            "2026-11-22T10:15:30+01:00 payments: a: reading", "2026-11-22T10:15:30+01:00 payments: a: read failed",
            "2026-11-22T10:15:30+01:00 payments: b: read skipped",
        ]);
    }

    [Fact]
    public void A_wait_is_one_line_and_so_is_each_half_minute()
    {
        var lines = New();
        var progress = new RunProgress(
            [new("customers", "t") { Read = 0 }], new(1, 0, "The vendor is away.") { Until = _clock.GetUtcNow().AddSeconds(4) })
        {
            Steps = [new("read", "customers", StepStatus.Running, null, _clock.GetUtcNow(), null)],
            Totals = new Dictionary<string, long> { ["customers"] = 9_000 },
        };
        Told(lines, progress)[^1].ShouldBe("2026-11-22T10:15:30+01:00 payments: waits 4 s: The vendor is away.");
        for (var second = 0; second < 29; second++)
        {
            _clock.Seconds++;
            Told(lines, progress).ShouldBeEmpty();
        }

        _clock.Seconds++;
        Told(lines, progress with { Streams = [new("customers", "t") { Read = 3_000 }], Waits = new(1, 4, null) })
            .ShouldBe(["2026-11-22T10:16:00+01:00 payments: read so far: customers 3,000 of 9,000 (33 %, 200/s, 0:30 left)"]);
    }

    [Fact]
    public void Names_of_others_steer_no_terminal()
    {
        var at = _clock.GetUtcNow();
        var lines = new ProgressLines("pay\e[2Jments", new RunSight(_clock), _clock);

        Told(lines, new([new("a\nb", "t")], null) { Steps = [new("read", "a\nb", StepStatus.Running, null, at, null)] })
            .ShouldHaveSingleItem().Any(char.IsControl).ShouldBeFalse();
    }

    private ProgressLines New() => new("payments", new RunSight(_clock), _clock);

    private static List<string> Told(ProgressLines lines, RunProgress progress) => [.. lines.News(progress).Select(news => news.Line)];
}
