namespace Tidemark.Engine.Destinations;

/// <summary>A destination that can show what publishing would change, row by row.</summary>
public interface IComparing
{
    /// <summary>The rows of a staged table that publishing would change. Changes nothing.</summary>
    /// <param name="load">A load that this destination began.</param>
    /// <param name="table">Name of the live table.</param>
    /// <param name="cancellationToken">Cancels between rows.</param>
    IAsyncEnumerable<RowChange> ChangesAsync(ILoad load, string table, CancellationToken cancellationToken);
}
