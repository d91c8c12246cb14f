namespace Tidemark.Engine.Destinations;

/// <summary>How rows become live.</summary>
public enum WriteMode
{
    /// <summary>Rows are created and updated as they are read; nothing is deleted but what the source says is gone.</summary>
    Merge,

    /// <summary>Everything is staged first; then all streams are published at once and what was not read is deleted.</summary>
    Replace,

    /// <summary>A verified backup first, then as <see cref="Replace"/>; of a whole run, never of one table.</summary>
    Refresh,
}
