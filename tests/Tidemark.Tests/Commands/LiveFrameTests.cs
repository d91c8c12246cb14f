using Shouldly;
using Spectre.Console.Rendering;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What a terminal shows of a run while it goes on.</summary>
public sealed class LiveFrameTests
{
    private const string Family = "👨‍👩‍👧‍👦";

    private readonly StepClock _clock = new();

    public static TheoryData<int> Widths => [40, 60, 80, 120, 200];

    [Theory]
    [MemberData(nameof(Widths))]
    public void No_line_is_wider_than_the_terminal_whatever_the_names(int width)
    {
        string[] names =
        [
            "customers", "顧客と注文の明細書および支払いの記録の一覧表です", "cafe\u0301_" + new string('x', 60), Family + Family + "_orders", "\e[31mred", "a\nb",
        ];
        var progress = new RunProgress(
            [.. names.Select((name, at) => new StreamFigures(name, name) { Read = 123_456_789L * at })],
            new(3, 12, "The allowance of 顧客.example.com is used up, and this sentence is longer than most terminals are wide, on purpose.") { Until = _clock.GetUtcNow().AddSeconds(8) })
        {
            Steps = [.. names.Select(name => Reading(name))],
            Totals = names.ToDictionary(name => name, _ => 987_654_321L),
        };
        var frame = new LiveFrame($"{Family} 支払い pipeline with a long name that goes on and on", new RunSight(_clock)) { IsVerbose = true };

        foreach (var moment in Enumerable.Range(0, 3))
        {
            var lines = frame.Lines(progress, width, 24, notice: null);
            lines.ShouldAllBe(line => Cells.Count(Text(line)) <= width);
            lines.Select(Text).ShouldAllBe(line => !line.Any(char.IsControl));
            lines.Count.ShouldBeGreaterThan(names.Length);
            _clock.Seconds += 5 * (moment + 1);
        }
    }

    [Fact]
    public void There_are_fewer_lines_than_rows_and_those_at_work_are_among_them()
    {
        var figures = Enumerable.Range(0, 40).Select(at => new StreamFigures($"s{at:00}", $"s{at:00}") { Read = at }).ToList();
        var progress = new RunProgress(figures, null)
        {
            Steps = [.. figures.Take(30).Select(stream => Reading(stream.Stream) with { Status = StepStatus.Done, FinishedAt = _clock.GetUtcNow() }), Reading("s31")],
        };

        foreach (var height in new[] { 3, 5, 10, 24, 60 })
        {
            var lines = Frame(progress, 80, height);
            lines.Count.ShouldBeLessThan(height);
            if (height >= 5) lines.ShouldContain(line => line.Contains("s31", StringComparison.Ordinal) && line.Contains("reading", StringComparison.Ordinal));
        }

        Frame(progress, 80, 10)[^1].ShouldBe("  and 34 more: 4 waiting, 30 read");
        Frame(progress, 80, 60).Count.ShouldBe(42);
    }

    [Fact]
    public void Share_and_time_left_are_shown_only_where_somebody_has_said_how_many_there_are()
    {
        var sight = new RunSight(_clock);
        var frame = new LiveFrame("payments", sight);
        IReadOnlyList<RunStep> steps = [Reading("customers"), Reading("charges")];
        var progress = Progress(customers: 0, charges: 0);
        frame.Lines(progress, 120, 24, notice: null);
        _clock.Seconds += 10;
        progress = Progress(customers: 2_000, charges: 500);

        var lines = frame.Lines(progress, 120, 24, notice: null).Select(Text).ToList();

        Words(lines.Single(line => line.Contains("customers", StringComparison.Ordinal)))
            .ShouldBe(["customers", "reading", "━━━━━━━━────────────", "40", "%", "2,000", "5,000", "200", "0:10", "0:15"]);
        Words(lines.Single(line => line.Contains("charges", StringComparison.Ordinal))).ShouldBe(["charges", "reading", "500", "50", "0:10"]);

        // More than there should be: then nobody knows.
        Words(frame.Lines(Progress(customers: 5_001, charges: 500), 120, 24, notice: null).Select(Text).Single(line => line.Contains("customers", StringComparison.Ordinal)))
            .ShouldNotContain("%");

        RunProgress Progress(long customers, long charges) => new(
            [new StreamFigures("customers", "c") { Read = customers }, new StreamFigures("charges", "d") { Read = charges }], null)
        {
            Steps = steps,
            Totals = new Dictionary<string, long> { ["customers"] = 5_000 },
        };
    }

    [Fact]
    public void A_stream_says_what_it_does_and_its_time_counts_from_its_own_turn()
    {
        var begun = _clock.GetUtcNow();
        _clock.Seconds += 100;
        var progress = new RunProgress(
        [
            new("first", "t") { Read = 10, Receipt = new(default, default) }, new("second", "t") { Read = 5 }, new("third", "t"),
            new("fourth", "t") { Error = new Problem("x.y", "fourth", "It failed.") },
        ], null)
        {
            Steps =
            [
                new("read", "first", StepStatus.Done, null, begun, begun.AddSeconds(90)), new("read", "second", StepStatus.Running, null, begun.AddSeconds(90), null),
            ],
        };

        var lines = Frame(progress, 80, 24);

        Words(lines[2]).ShouldBe(["first", "verified", "10", "1:30"]);
        Words(lines[3]).ShouldBe(["second", "reading", "5", "0:10"]);
        Words(lines[4]).ShouldBe(["third", "waits", "its", "turn"]);
        Words(lines[5]).ShouldBe(["fourth", "failed", "0"]);
    }

    [Fact]
    public void What_it_waits_for_counts_down_and_goes()
    {
        var progress = new RunProgress([], new(1, 0, "The database is locked by pid 7.") { Until = _clock.GetUtcNow().AddSeconds(8) });

        Frame(progress, 80, 24)[^1].ShouldBe("waits 8 s: The database is locked by pid 7.");
        _clock.Seconds += 5;
        Frame(progress, 80, 24)[^1].ShouldBe("waits 3 s: The database is locked by pid 7.");
        _clock.Seconds += 5;
        Frame(progress, 80, 24)[^1].ShouldNotContain("waits");
        Frame(new RunProgress([], new(0, 3, "Another run has it.")), 80, 24)[^1].ShouldBe("waits: Another run has it.");
    }

    private RunStep Reading(string stream) => new("read", stream, StepStatus.Running, null, _clock.GetUtcNow(), null);

    private List<string> Frame(RunProgress progress, int width, int height) =>
        [.. new LiveFrame("payments", new RunSight(_clock)).Lines(progress, width, height, notice: null).Select(Text)];

    private static string Text(IReadOnlyList<Segment> line) => string.Concat(line.Select(part => part.Text));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A clock that goes on when it is told to.</summary>
internal sealed class StepClock : TimeProvider
{
    public long Seconds { get; set; }

    public override long TimestampFrequency => 1;

    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test");

    public override long GetTimestamp() => Seconds;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 22, 9, 15, 30, TimeSpan.Zero).AddSeconds(Seconds);
}
