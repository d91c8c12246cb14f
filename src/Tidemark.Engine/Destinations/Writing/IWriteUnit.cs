using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Work that is done as a whole or not at all, also after a crash. Disposing without saving takes it back.</summary>
public interface IWriteUnit : IAsyncDisposable
{
    /// <summary>Makes the work durable together with the checkpoint that speaks of it.</summary>
    /// <param name="after">Where the stream stands then.</param>
    /// <param name="hasChanged">Whether the work has changed rows, so that the run is noted as the table's writer.</param>
    /// <param name="cancellationToken">Cancels before the commit; not during it.</param>
    /// <exception cref="TidemarkException"><c>run.lease_lost</c>: another run has taken the stream over.</exception>
    Task SaveAsync(Checkpoint after, bool hasChanged, CancellationToken cancellationToken);
}
