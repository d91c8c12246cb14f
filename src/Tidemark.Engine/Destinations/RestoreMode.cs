namespace Tidemark.Engine.Destinations;

/// <summary>What becomes of rows that are in the table and in the backup.</summary>
public enum RestoreMode
{
    /// <summary>Only rows that are not there come back.</summary>
    Missing,

    /// <summary>All rows of the backup come back as they were; others stay.</summary>
    Overwrite,

    /// <summary>The tables become what the backup has: other rows go, the application's too.</summary>
    Exact,
}
