using System.Collections.Concurrent;
using Spectre.Console;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>Shows a run while it goes on: lines that redraw themselves on a terminal, else a line where something happens.</summary>
/// <param name="terminal">Where it stands.</param>
/// <param name="console">Where the lines go.</param>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="clock">Where "now" comes from.</param>
/// <param name="stop">Cancelled when the person wants the run to stop.</param>
internal sealed class SyncDisplay(
    Terminal terminal, IAnsiConsole console, string pipeline, TimeProvider clock, CancellationToken stop)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(150);

    private readonly ConcurrentQueue<RunLogLine> _log = new();
    private volatile RunProgress _latest = new([], null);

    /// <summary>Whether the lines of the run's log are shown as they come, and requests and batches are counted.</summary>
    public bool IsVerbose { get; init; }

    /// <param name="run">The work, which is given who watches it.</param>
    public async Task<T> ShowAsync<T>(Func<RunWatch, Task<T>> run)
    {
        using var over = new CancellationTokenSource();
        var isLive = console.Profile.Capabilities.Ansi;
        var showing = isLive ? DrawAsync(over.Token) : WriteAsync(over.Token);
        var watch = new RunWatch(progress => _latest = progress)
        {
            OnLine = IsVerbose ? _log.Enqueue : null,
            // What nobody sees is not asked for.
            WantsTotals = isLive,
        };
        try
        {
            // On a thread of its own: SQLite works on the caller's.
            return await Task.Run(() => run(watch));
        }
        finally
        {
            await over.CancelAsync();
            await showing;
            if (IsVerbose) console.WriteLine($"requests {RunReport.Number(_latest.Requests)}, batches {RunReport.Number(_latest.Batches)}");
        }
    }

    private async Task DrawAsync(CancellationToken over)
    {
        var frame = new LiveFrame(pipeline, new RunSight(clock)) { IsVerbose = IsVerbose };
        var painter = new LivePainter(console);
        terminal.IsDrawing = true;
        try
        {
            await RepeatAsync(
                () =>
                {
                    if (!_log.IsEmpty) painter.Clear();
                    while (_log.TryDequeue(out var line)) LogLine.Write(console, clock, line);
                    painter.Draw(frame.Lines(
                        _latest, console.Profile.Width, console.Profile.Height, stop.IsCancellationRequested ? StopSignals.Notice : null));
                },
                over);
        }
        finally
        {
            painter.End();
            while (_log.TryDequeue(out var line)) LogLine.Write(console, clock, line);
            terminal.IsDrawing = false;
        }
    }

    private async Task WriteAsync(CancellationToken over)
    {
        var lines = new ProgressLines(pipeline, new RunSight(clock), clock) { IsVerbose = IsVerbose };
        await RepeatAsync(Tell, over);
        Tell();

        void Tell()
        {
            var news = lines.News(_latest).Select(news => (news.At, Write: new Action(() => console.WriteLine(news.Line)))).ToList();
            while (_log.TryDequeue(out var line)) news.Add((line.At, () => LogLine.Write(console, clock, line)));
            foreach (var (_, write) in news.OrderBy(each => each.At)) write();
        }
    }

    private async Task RepeatAsync(Action tick, CancellationToken over)
    {
        while (true)
        {
            await Task.Delay(LookEvery, clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested) return;
            tick();
        }
    }
}
