using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>A backup that was brought back: all rows or none.</summary>
public sealed record RestoreAnswer
{
    /// <summary>Always true: a failure is answered by an error.</summary>
    public required bool Success { get; init; }

    /// <summary>Name of the backup.</summary>
    public required string BackupFile { get; init; }

    public required RestoreMode Mode { get; init; }

    /// <summary>Id of the run that did it.</summary>
    public required string Run { get; init; }

    public required long TotalInBackup { get; init; }

    public required long Restored { get; init; }

    /// <summary>Rows that were there already.</summary>
    public required long Skipped { get; init; }

    public required long Deleted { get; init; }

    /// <summary>Always 0, as an error brings nothing back.</summary>
    public required int Errors { get; init; }

    /// <summary>Always empty.</summary>
    public required IReadOnlyList<string> ErrorDetails { get; init; }

    /// <param name="restored">The run that did it.</param>
    /// <param name="backup">Name of the backup.</param>
    /// <param name="mode">Treatment of existing rows.</param>
    public static RestoreAnswer Of(RunAnswer restored, string backup, RestoreMode mode) => new()
    {
        Success = true,
        BackupFile = backup,
        Mode = mode,
        Run = restored.Run,
        TotalInBackup = restored.Streams.Sum(table => table.Read),
        Restored = restored.Streams.Sum(table => table.Created),
        Skipped = restored.Streams.Sum(table => table.Unchanged),
        Deleted = restored.Streams.Sum(table => table.Deleted),
        Errors = 0,
        ErrorDetails = [],
    };
}
