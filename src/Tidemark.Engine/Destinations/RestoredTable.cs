namespace Tidemark.Engine.Destinations;

/// <summary>What bringing a table back came to. The rows of the backup were read back, and fit.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Stream">The stream that writes it.</param>
/// <param name="Restored">Rows that were written: they were not there, or differed.</param>
/// <param name="Deleted">Rows that the backup does not have.</param>
/// <param name="Content">Count and checksum of the backup's rows in the table; where rows that were there already stay
/// as they are, the count alone.</param>
public sealed record RestoredTable(string Table, string Stream, long Restored, long Deleted, Checksum Content)
{
    /// <summary>Those of the restored rows that were there and differed.</summary>
    public long Overwritten { get; init; }

    /// <summary>What went of other tables along with the deleted rows.</summary>
    public IReadOnlyList<Cascade> Cascades { get; init; } = [];

    /// <summary>Rows that were there already and have been left as they are.</summary>
    public long Skipped => Content.Rows - Restored;
}
