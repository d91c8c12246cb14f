namespace Tidemark.Engine.Runs;

/// <summary>How far a run has come.</summary>
/// <param name="Streams">The figures so far; empty while it is planned.</param>
/// <param name="Waits">What it has waited for so far; null for nothing.</param>
public sealed record RunProgress(IReadOnlyList<StreamFigures> Streams, RunWaitFigures? Waits)
{
    /// <summary>The steps so far, in the order in which they began.</summary>
    public IReadOnlyList<RunStep> Steps { get; init; } = [];

    /// <summary>How many records a stream has in all, by its name. Only what the vendor or a manifest says; a stream that is missing has no known number.</summary>
    public IReadOnlyDictionary<string, long> Totals { get; init; } = new Dictionary<string, long>();

    /// <summary>Requests sent to the source so far, retries among them.</summary>
    public long Requests { get; init; }

    /// <summary>Batches of rows written so far.</summary>
    public long Batches { get; init; }
}

/// <summary>Who watches a run.</summary>
/// <param name="OnProgress">Called with the figures so far, often and from any thread; must return fast.</param>
public sealed record RunWatch(Action<RunProgress> OnProgress)
{
    /// <summary>Nobody.</summary>
    public static readonly RunWatch None = new(_ => { });

    /// <summary>Called with every line of the log as it comes, from any thread; must return fast. Null where nobody reads them.</summary>
    public Action<RunLogLine>? OnLine { get; init; }

    /// <summary>Whether the vendor is asked how many records a full reading has: one cheap request a stream. Default false.</summary>
    public bool WantsTotals { get; init; }
}
