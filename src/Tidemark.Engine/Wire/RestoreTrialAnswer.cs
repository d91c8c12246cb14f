using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>What a restore would come to. Nothing has changed.</summary>
public sealed record RestoreTrialAnswer
{
    /// <summary>Name of the backup.</summary>
    public required string BackupFile { get; init; }

    public required string Pipeline { get; init; }

    public required RestoreMode Mode { get; init; }

    /// <summary>One a table of the backup.</summary>
    public required IReadOnlyList<RestoredTableAnswer> Tables { get; init; }

    public static RestoreTrialAnswer Of(RestoreRun request, IReadOnlyList<RestoredTable> tables) => new()
    {
        BackupFile = request.Backup,
        Pipeline = request.Pipeline,
        Mode = request.Mode,
        Tables = [.. tables.Select(RestoredTableAnswer.Of)],
    };
}

/// <summary>What would become of one table.</summary>
public sealed record RestoredTableAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    /// <summary>Rows of the backup.</summary>
    public required long TotalInBackup { get; init; }

    /// <summary>Rows that would come back, as they are not there.</summary>
    public required long Created { get; init; }

    /// <summary>Rows that are there, differ, and would be overwritten.</summary>
    public required long Overwritten { get; init; }

    /// <summary>Rows that are there and would stay as they are.</summary>
    public required long Skipped { get; init; }

    /// <summary>Rows that the backup does not have and that would go.</summary>
    public required long Deleted { get; init; }

    /// <summary>What would go of other tables along with them; absent where nothing would.</summary>
    public IReadOnlyList<CascadeAnswer>? Cascades { get; init; }

    public static RestoredTableAnswer Of(RestoredTable table) => new()
    {
        Stream = table.Stream,
        Table = table.Table,
        TotalInBackup = table.Content.Rows,
        Created = table.Restored - table.Overwritten,
        Overwritten = table.Overwritten,
        Skipped = table.Skipped,
        Deleted = table.Deleted,
        Cascades = CascadeAnswer.Of(table.Cascades),
    };
}
