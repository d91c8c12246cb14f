namespace Tidemark.Engine.Runs;

/// <summary>Which lines of a run's log are meant.</summary>
public sealed record LogFilter
{
    public static LogFilter None { get; } = new();

    /// <summary>Only lines that matter at least so much.</summary>
    public RunLogLevel Least { get; init; }

    /// <summary>Only lines about this stream; null for all.</summary>
    public string? Stream { get; init; }

    /// <summary>Only lines with this text somewhere, whatever the case of its letters; null for all.</summary>
    public string? Search { get; init; }
}
