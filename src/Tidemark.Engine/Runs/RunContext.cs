using System.Collections.Concurrent;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Runs;

/// <summary>What the work of a run is given, and where it leaves what is reported however it ends.</summary>
internal sealed class RunContext(RunJournal journal, RunWatch watch, TimeProvider clock, CancellationToken stop)
{
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private Func<IReadOnlyList<StreamFigures>> _streams = () => journal.Begun.Streams;
    private Func<IReadOnlyList<StreamFigures>>? _shown;
    private ISource? _source;
    private long _batches;

    public RunJournal Journal => journal;

    /// <summary>Cancelled when the run must stop: by whoever started it, by a request, or because its lease is lost.</summary>
    public CancellationToken Stop => stop;

    /// <summary>Why the run does not succeed, in the order in which it came up.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>What the run would change.</summary>
    public ChangeSummary? Plan { get; set; }

    /// <summary>The steps of a refresh.</summary>
    public RefreshFigures? Refresh { get; set; }

    /// <summary>The backup that the run is for, once it is made.</summary>
    public MadeBackup? Backup { get; set; }

    /// <summary>Where a source or a destination says that it waits.</summary>
    public RunWaits Waits { get; } = new(journal, clock);

    /// <summary>The figures so far.</summary>
    public IReadOnlyList<StreamFigures> Streams => _streams();

    /// <summary>
    /// Whether the work has passed its planning. Before, nothing was read or changed, and whoever waits for the run also
    /// gets a failure as an exception.
    /// </summary>
    public bool HasBegun { get; private set; }

    /// <summary>Ends the planning.</summary>
    /// <param name="streams">The figures of the streams at any moment from now on.</param>
    public void Begin(Func<IReadOnlyList<StreamFigures>> streams)
    {
        _streams = streams;
        HasBegun = true;
        Report();
    }

    /// <summary>Whether somebody watches who wants to know how many records there are to read.</summary>
    public bool WantsTotals => watch.WantsTotals;

    /// <summary>Figures for whoever watches, where those of the result are there only once the work is done.</summary>
    public void Show(Func<IReadOnlyList<StreamFigures>> streams) => _shown = streams;

    /// <summary>Notes how many records a stream has, as the vendor or a manifest says.</summary>
    public void Expect(string stream, long records) => _totals[stream] = records;

    /// <summary>Counts a batch of rows that was written.</summary>
    public void CountBatch() => Interlocked.Increment(ref _batches);

    /// <summary>Shows the figures so far to whoever watches.</summary>
    public void Report()
    {
        var sofar = new RunProgress(Streams, Waits.Figures)
        {
            Steps = journal.Steps,
            Totals = _totals,
            Requests = _source?.Requests ?? 0,
            Batches = Interlocked.Read(ref _batches),
        };
        watch.OnProgress(_shown is { } shown && !HasBegun ? sofar with { Streams = shown() } : sofar);
        journal.Progress(sofar);
    }

    /// <summary>Hears from now on when a source or a destination waits, and what it counts.</summary>
    public void Watch(object end)
    {
        if (end is ISource source) _source = source;
        if (end is IWaiting waiting) waiting.OnWait = Hear;
    }

    /// <summary>Notes a wait that begins, and shows it.</summary>
    public void Hear(Wait wait)
    {
        Waits.Add(wait);
        Report();
    }
}

/// <summary>How a run ended.</summary>
/// <param name="Result">As it is recorded.</param>
/// <param name="Refusal">The failure that ended it before it read or changed anything; else null.</param>
internal sealed record RunEnd(RunResult Result, TidemarkException? Refusal);
