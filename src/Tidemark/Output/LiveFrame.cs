using Spectre.Console;
using Spectre.Console.Rendering;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>
/// What a terminal shows of a run while it goes on: no line is wider than the terminal, and there are fewer lines than it has rows.
/// </summary>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="sight">What is known of the run.</param>
internal sealed class LiveFrame(string pipeline, RunSight sight)
{
    private const int BarCells = 20;
    private const int ShortBarCells = 8;
    private const int MaxWaitLines = 2;

    /// <summary>Whether requests and batches are counted.</summary>
    public bool IsVerbose { get; init; }

    /// <param name="progress">How far the run has come.</param>
    /// <param name="width">Cells of a row.</param>
    /// <param name="height">Rows of the terminal.</param>
    /// <param name="notice">What stands beneath, e.g. that the run stops; null for nothing.</param>
    public IReadOnlyList<IReadOnlyList<Segment>> Lines(RunProgress progress, int width, int height, string? notice)
    {
        List<IReadOnlyList<Segment>> foot = [];
        if (IsVerbose)
            foot.Add([TextLines.Grey($"requests {RunReport.Number(progress.Requests)}, batches {RunReport.Number(progress.Batches)}")]);

        if (notice is not null) foot.Add([TextLines.Plain(notice)]);
        else if (sight.Wait(progress) is { } wait)
            foot.AddRange(Cells.Wrap(Printable.Of(wait), width).Take(MaxWaitLines).Select(part => (IReadOnlyList<Segment>)[new Segment(part, new Style(Color.Yellow))]));

        List<IReadOnlyList<Segment>> lines = [Head(progress)];
        // The row beneath the last line is the cursor's.
        lines.AddRange(Streams(sight.Streams(progress), width, Math.Max(1, height - 2 - foot.Count)));
        lines.AddRange(foot);
        return [.. lines.Take(Math.Max(1, height - 1)).Select(line => TextLines.Cut(line, width))];
    }

    private List<Segment> Head(RunProgress progress)
    {
        List<Segment> head = [TextLines.Plain(Printable.Of(pipeline)), TextLines.Grey($"  {Moments.Running(sight.Elapsed)}")];
        if (RunSight.Doing(progress) is { } doing) head.Add(new Segment($"  {Printable.Of(doing)}", new Style(Color.Blue)));
        return head;
    }

    private static IEnumerable<IReadOnlyList<Segment>> Streams(IReadOnlyList<StreamSight> all, int width, int room)
    {
        // The heading takes a line, and so does the count of those that have none.
        var shown = all.Count + 1 <= room ? all : Chosen(all, Math.Max(0, room - 2));
        if (shown.Count > 0)
        {
            foreach (var line in Table(shown).Lines(width, hasRule: false)) yield return line;
        }

        if (shown.Count < all.Count)
        {
            yield return
            [
                TextLines.Grey($"  and {all.Count - shown.Count} more: {string.Join(", ", all.Except(shown).GroupBy(stream => stream.Phase)
                    .OrderBy(group => group.Key).Select(group => $"{group.Count()} {Many(group.Key)}"))}"),
            ];
        }
    }

    /// <summary>Those that work or failed first, then those that are done; in the order of the run.</summary>
    private static List<StreamSight> Chosen(IReadOnlyList<StreamSight> all, int room)
    {
        var first = all.OrderBy(stream => stream.Phase switch
        {
            StreamPhase.Working or StreamPhase.WritingBack => 0,
            StreamPhase.Failed => 1,
            StreamPhase.Waiting => 2,
            _ => 3,
        }).Take(room).ToHashSet();
        return [.. all.Where(first.Contains)];
    }

    // The bar is shortened first; then these go: the total, the bar, the pace, the time; the share, the records and the time left stay longest.
    private static FittingTable Table(IReadOnlyList<StreamSight> streams)
    {
        var table = new FittingTable();
        table.Add("stream", streams.Select(stream => stream.Name));
        table.Add("", streams.Select(stream => Word(stream.Phase)), rank: 3, colour: Colour);
        if (streams.Any(stream => stream.Percent is not null))
        {
            table.Add("", streams.Select(stream => Bar(stream.Percent, BarCells)), rank: 6, colour: _ => Color.Blue, shortened: streams.Select(stream => Bar(stream.Percent, ShortBarCells)));
            table.Add("share", streams.Select(stream => stream.Percent is { } percent ? $"{percent} %" : ""), isNumber: true, rank: 1);
        }

        table.Add("records", streams.Select(stream => stream.Phase == StreamPhase.Waiting ? "" : RunReport.Number(stream.Read)), isNumber: true);
        if (streams.Any(stream => stream.Total is not null))
            table.Add("of", streams.Select(stream => stream.Total is { } total ? RunReport.Number(total) : ""), isNumber: true, rank: 7);
        table.Add("per s", streams.Select(stream => stream.PerSecond is { } pace ? RunReport.Number((long)pace) : ""), isNumber: true, rank: 5);
        table.Add("time", streams.Select(stream => stream.Elapsed is { } elapsed ? Moments.Running(elapsed) : ""), isNumber: true, rank: 4);
        if (streams.Any(stream => stream.Total is not null))
            table.Add("left", streams.Select(stream => stream.Left is { } left ? Moments.Running(left) : ""), isNumber: true, rank: 2);
        return table;
    }

    private static string Bar(int? percent, int cells)
    {
        if (percent is not { } share) return "";
        var full = share * cells / 100;
        return new string('━', full) + new string('─', cells - full);
    }

    private static string Word(StreamPhase phase) => phase switch
    {
        StreamPhase.Waiting => "waits its turn",
        StreamPhase.Working => "reading",
        StreamPhase.WritingBack => "writing back",
        StreamPhase.Read => "read",
        StreamPhase.Verified => "verified",
        _ => "failed",
    };

    private static string Many(StreamPhase phase) => phase switch
    {
        StreamPhase.Waiting => "waiting",
        StreamPhase.Working or StreamPhase.WritingBack => "at work",
        var other => Word(other),
    };

    private static Color Colour(string word) => word switch
    {
        "reading" or "writing back" => Color.Blue,
        "verified" => Color.Green,
        "failed" => Color.Red,
        "waits its turn" => Color.Grey,
        _ => Color.Default,
    };
}
