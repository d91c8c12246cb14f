namespace Tidemark.Engine.Definitions;

/// <summary>What a backup file looks like.</summary>
public enum BackupFormat
{
    /// <summary>A zip of one compressed file a table, for any number of tables of any size.</summary>
    Compact,

    /// <summary>One JSON document with the records of one table, for other programs to read.</summary>
    Json,
}
