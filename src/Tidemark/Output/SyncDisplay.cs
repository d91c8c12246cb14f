using Spectre.Console;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>Shows a run while it runs: a table that redraws itself on a terminal, else a line now and then.</summary>
internal sealed class SyncDisplay(
    Terminal terminal, IAnsiConsole console, string pipeline, TimeProvider clock, CancellationToken stop)
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, StreamPace> _paces = new(StringComparer.Ordinal);
    private volatile RunProgress _latest = new([], null);
    private IReadOnlyList<StreamFigures>? _drawn;

    /// <param name="run">The work. Its argument is called with the current figures.</param>
    public async Task<RunResult> ShowAsync(Func<Action<RunProgress>, Task<RunResult>> run)
    {
        using var over = new CancellationTokenSource();
        var showing = console.Profile.Capabilities.Ansi ? DrawAsync(over.Token) : WriteAsync(over.Token);
        try
        {
            // On a thread of its own: SQLite works on the caller's.
            return await Task.Run(() => run(progress => _latest = progress));
        }
        finally
        {
            await over.CancelAsync();
            await showing;
        }
    }

    private async Task DrawAsync(CancellationToken over)
    {
        terminal.IsDrawing = true;
        await console.Live(Draw()).AutoClear(true).StartAsync(live =>
            RepeatAsync(() => live.UpdateTarget(Draw()), RedrawEvery, over));
        terminal.IsDrawing = false;
    }

    private Task WriteAsync(CancellationToken over) => RepeatAsync(
        () =>
        {
            var latest = _latest;
            var read = latest.Streams.Where(stream => stream.Read > 0)
                .Select(stream => $"{Printable.Of(stream.Stream)} {RunReport.Number(stream.Read)}").ToList();
            console.WriteLine($"{Printable.Of(pipeline)}: " + (
                latest.Streams.Count == 0 ? "checking both sides"
                : read.Count == 0 ? "waiting for the first records"
                : $"read so far: {string.Join(", ", read)}")
                + (latest.Waits?.For is { } why ? $"; waiting: {Printable.Of(why)}" : ""));
        },
        LineEvery, over);

    private async Task RepeatAsync(Action tick, TimeSpan interval, CancellationToken over)
    {
        while (true)
        {
            await Task.Delay(interval, clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested) return;
            tick();
        }
    }

    private Table Draw()
    {
        var table = RunReport.Plain("stream", "phase", "read", "rows/s");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        var (latest, waits) = _latest;
        if (latest.Count == 0) table.AddRow(Printable.Of(pipeline), "checking both sides", "", "");
        foreach (var stream in latest)
        {
            if (!_paces.TryGetValue(stream.Stream, out var pace)) _paces[stream.Stream] = pace = new StreamPace(clock);
            if (latest != _drawn) pace.See(stream);
            table.AddRow(
                new Text(Printable.Of(stream.Stream)), new Markup(pace.Phase), new Text(RunReport.Number(stream.Read)),
                new Text(pace.RowsPerSecond is { } rate ? RunReport.Number(rate) : ""));
        }

        if (stop.IsCancellationRequested) table.Caption(StopSignals.Notice);
        else if (waits?.For is { } why) table.Caption(new TableTitle(Markup.Escape($"waiting: {Printable.Of(why)}"), new Style(Color.Yellow)));
        _drawn = latest;
        return table;
    }
}
