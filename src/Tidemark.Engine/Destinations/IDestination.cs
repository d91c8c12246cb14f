using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>
/// Writes rows into one database: what every destination can do. What only some can is an interface of its own that they
/// implement as well: <see cref="IUndoing"/>, <see cref="IBackedUp"/>, <see cref="IQueried"/>, <see cref="IComparing"/>, <see cref="IOutbox"/>.
/// </summary>
public interface IDestination : IAsyncDisposable
{
    DestinationLimits Limits { get; }

    /// <summary>
    /// Everything that would stop a load: no permission, a column of another type, too many columns. Changes nothing. Throws where the database
    /// cannot be asked.
    /// </summary>
    Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken);

    /// <summary>
    /// Tries what a run would do (a table is made, written and taken back) and looks at the tables that are there. Leaves nothing behind. By default
    /// nothing is tried.
    /// </summary>
    Task<DestinationTrial> TryAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken) => Task.FromResult(DestinationTrial.None);

    /// <summary>Opens a live table to read back its rows; null if there is no such table. Changes nothing.</summary>
    /// <param name="table">The table, with the stream that it was made for.</param>
    /// <param name="run">Only the rows that this run wrote last; null for all that Tidemark wrote.</param>
    /// <param name="cancellationToken">Cancels the opening; the rows take their own.</param>
    Task<StoredTable?> OpenTableAsync(TablePlan table, string? run, CancellationToken cancellationToken);

    /// <summary>Begins the writing of one run.</summary>
    Task<ILoad> BeginAsync(LoadPlan plan, CancellationToken cancellationToken);
}
