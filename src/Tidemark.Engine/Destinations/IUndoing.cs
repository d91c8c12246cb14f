using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations;

/// <summary>A destination that can take runs back.</summary>
public interface IUndoing
{
    /// <summary>
    /// The tables that a run wrote, with the columns that it gave them; empty where the run is not remembered. Those of a
    /// restore are not among them: its after images are kept whole, and need no records to show a later change.
    /// </summary>
    Task<IReadOnlyList<TablePlan>> UndoableAsync(string pipeline, string run, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a run back, all or none of it, also after a crash: what it updated and deleted is as it was, what it created is
    /// gone, and its streams stand where they stood. Rows that have changed since stay untouched and are listed. A trial comes to the same
    /// figures or the same refusal, and leaves all as it was.
    /// </summary>
    /// <exception cref="TidemarkException"><c>undo.unknown</c>, <c>undo.already</c> (usage).</exception>
    Task<IReadOnlyList<UndoneTable>> UndoAsync(UndoPlan plan, CancellationToken cancellationToken);

    /// <summary>The rows that a run changed in a table, as far as they can still be told. Changes nothing.</summary>
    Task<TouchedTable> TouchedAsync(TouchedQuery query, CancellationToken cancellationToken);
}
