namespace Tidemark.Engine.Definitions;

/// <summary>How a pipeline's tables are backed up, as the user saved it.</summary>
public sealed record BackupPolicy
{
    /// <summary>Folder of the files; one that is not absolute is below the home folder.</summary>
    public string Folder { get; init; } = "backups";

    /// <summary>How they are written when the command does not say.</summary>
    public BackupFormat Format { get; init; } = BackupFormat.Compact;

    /// <summary>What file names begin with, before <c>_YYYYMMDD_HHMMSS</c>; null for the table's or pipeline's name and
    /// <c>_backup</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Older files are removed after each backup; 0 keeps them for ever. The newest verified one always stays.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary>Files of the pipeline that are kept at most; 0 for any number.</summary>
    public int Keep { get; init; }

    /// <summary>Name of a destination whose connector stores files; null for none.</summary>
    public string? Upload { get; init; }
}
