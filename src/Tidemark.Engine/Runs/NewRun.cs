using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Runs;

/// <summary>A run that is about to be recorded: the request, and what is known of the run before it begins.</summary>
/// <param name="Request">The request.</param>
/// <param name="Origin">Who and what asks.</param>
/// <param name="Mode">How rows become live.</param>
public sealed record NewRun(RunRequest Request, RunOrigin Origin, WriteMode Mode)
{
    /// <summary>Name of the source; null where none is read.</summary>
    public string? Source { get; init; }

    /// <summary>Name of the destination.</summary>
    public string? Destination { get; init; }

    /// <summary>The streams, as far as they are known before planning.</summary>
    public IReadOnlyList<StreamFigures> Streams { get; init; } = [];
}
