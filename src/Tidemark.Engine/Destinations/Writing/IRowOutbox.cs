using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Puts values of live rows on their way back to the source.</summary>
public interface IRowOutbox
{
    /// <summary>Whether rows that the run read and had no need to write are of interest.</summary>
    bool TakesUnchanged { get; }

    /// <summary>Puts those of the given rows that are in the live table into the outbox.</summary>
    Task EnqueueAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken);
}
