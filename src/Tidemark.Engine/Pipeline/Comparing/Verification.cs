using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Pipeline.Comparing;

/// <summary>Whether the rows that a run left are still what it left.</summary>
/// <param name="Run">Full id.</param>
/// <param name="Pipeline">Name of its pipeline.</param>
/// <param name="Streams">In the order of the run's figures.</param>
public sealed record Verification(string Run, string Pipeline, IReadOnlyList<StreamVerification> Streams)
{
    /// <summary>Rows that are shown, over all streams; all are counted.</summary>
    public const int MaxShown = 100;

    public bool IsVerified => Streams.All(stream => stream.IsVerified);
}

/// <summary>What one table of a run is now.</summary>
/// <param name="Stream">Stream name.</param>
/// <param name="Table">Table name.</param>
public sealed record StreamVerification(string Stream, string Table)
{
    /// <summary>Rows that are as the run left them, or older.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that later runs have changed since; nothing is wrong with them.</summary>
    public long ChangedLater { get; init; }

    /// <summary>Rows without their record in <c>raw</c>: their columns cannot be checked.</summary>
    public long NotCompared { get; init; }

    /// <summary>Rows that differ from their record.</summary>
    public long Differing { get; init; }

    /// <summary>Rows that the run left and that are gone.</summary>
    public long Missing { get; init; }

    /// <summary>
    /// Checksums of what the run left and of what is there; null where that cannot be said, because later runs wrote to
    /// the table or the run has no receipt.
    /// </summary>
    public (Checksum Left, Checksum Found)? Checksums { get; init; }

    /// <summary>The first of the rows that differ.</summary>
    public IReadOnlyList<ComparedRow> Shown { get; init; } = [];

    public bool IsVerified => Differing == 0 && Missing == 0 && (Checksums is not { } sums || sums.Left == sums.Found);
}
