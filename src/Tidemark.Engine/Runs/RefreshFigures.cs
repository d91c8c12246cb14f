namespace Tidemark.Engine.Runs;

/// <summary>What a refresh did beyond reading and writing.</summary>
public sealed record RefreshFigures
{
    /// <summary>The backup that it made first; null where there was nothing to back up yet.</summary>
    public RefreshBackup? Backup { get; init; }

    /// <summary>Rows of the pipeline that were live before and were cleared; null where the run did not come to that.</summary>
    public long? Cleared { get; init; }

    /// <summary>Rows that took their place, in the same transaction.</summary>
    public long Inserted { get; init; }
}

/// <summary>The backup of a refresh. It was verified before anything was read.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Path">Full path of the file.</param>
/// <param name="Timestamp">E.g. <c>20251006_143000</c>, UTC.</param>
/// <param name="Rows">Number of rows in all tables.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record RefreshBackup(string Name, string Path, string Timestamp, long Rows, long Bytes);
