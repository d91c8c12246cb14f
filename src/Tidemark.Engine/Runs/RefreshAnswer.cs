namespace Tidemark.Engine.Runs;

/// <summary>What a refresh did beyond reading and writing.</summary>
public sealed record RefreshAnswer
{
    /// <summary>The backup that it made first; absent where there was nothing to back up yet.</summary>
    public RefreshBackupAnswer? Backup { get; init; }

    /// <summary>Absent where the run did not get that far.</summary>
    public RefreshClearAnswer? Clear { get; init; }

    public static RefreshAnswer Of(RefreshFigures figures) => new()
    {
        Backup = figures.Backup is { } made ? new(made.Name, made.Path, made.Timestamp, made.Rows, made.Bytes) : null,
        Clear = figures.Cleared is { } cleared ? new(cleared, 0, figures.Inserted) : null,
    };

    internal RefreshFigures ToFigures() => new()
    {
        Backup = Backup is { } made
            ? new(made.Filename, made.Filepath, made.Timestamp, made.TotalRecords, made.FileSizeBytes) : null,
        Cleared = Clear?.DeletedCount,
        Inserted = Clear?.InsertedCount ?? 0,
    };
}

/// <summary>The backup of a refresh.</summary>
/// <param name="Filename">Name of the file.</param>
/// <param name="Filepath">Full name.</param>
/// <param name="Timestamp">E.g. <c>20251006_143000</c>, UTC.</param>
/// <param name="TotalRecords">Rows of all tables.</param>
/// <param name="FileSizeBytes">Size of the file.</param>
public sealed record RefreshBackupAnswer(
    string Filename, string Filepath, string Timestamp, long TotalRecords, long FileSizeBytes);

/// <summary>The exchange of a refresh, in one transaction.</summary>
/// <param name="DeletedCount">Rows that were live before.</param>
/// <param name="RemainingCount">Rows left of them: 0.</param>
/// <param name="InsertedCount">Rows that took their place.</param>
public sealed record RefreshClearAnswer(long DeletedCount, long RemainingCount, long InsertedCount);
