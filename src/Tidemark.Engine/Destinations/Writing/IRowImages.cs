using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Saves live rows as they were before a run changes them, for an undo.</summary>
public interface IRowImages
{
    /// <summary>
    /// Saves the live rows of the given keys. Before a deletion or a mark, saves only rows that Tidemark wrote and that
    /// are not marked yet.
    /// </summary>
    Task SaveAsync(RowBatch batch, ReadOnlyMemory<int> rows, bool isDeletion, CancellationToken cancellationToken);

    /// <summary>Drops the images of rows that were refused in the end, and so are as they were.</summary>
    Task DropUntouchedAsync(CancellationToken cancellationToken);
}
