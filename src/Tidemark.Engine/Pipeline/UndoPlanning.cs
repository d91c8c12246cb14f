using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Pipeline;

/// <summary>What an undo must know before it begins: which rows of the run somebody has changed since.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Unseen">Streams that keep no records: changes by hand cannot be told, and are overwritten.</param>
internal sealed record UndoPlanning(UndoPlan Plan, IReadOnlyList<string> Unseen)
{
    /// <param name="undoing">Where the run wrote.</param>
    /// <param name="undone">The run that is taken back.</param>
    /// <param name="undo">Id of the undo.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public static async Task<UndoPlanning> OfAsync(
        IUndoing undoing, RunRecord undone, string undo, CancellationToken cancellationToken)
    {
        var changed = new Dictionary<string, IReadOnlyList<ChangedRow>>(StringComparer.Ordinal);
        var unseen = new List<string>();
        foreach (var table in await undoing.UndoableAsync(undone.Pipeline, undone.Id, cancellationToken))
        {
            if (!table.KeepsRaw)
            {
                unseen.Add(table.Stream.Name);
                continue;
            }

            // Tables that records show changes of are a destination's. Rows that are no longer what their record says: somebody has changed them by other means.
            var rows = new List<ChangedRow>();
            await foreach (var row in new TableComparison((IDestination)undoing, table).RowsAsync(undone.Id, cancellationToken))
            {
                if (row.Differences.Count > 0) rows.Add(new(row.Key, Column: null));
                rows.AddRange(row.Overwritten.Select(column => new ChangedRow(row.Key, column)));
            }

            if (rows.Count > 0) changed[table.Stream.Name] = rows;
        }

        var plan = new UndoPlan(undone.Pipeline, undone.Id, undo)
        {
            ChangedRows = changed,
            HasKept = undone.Result.Streams.Where(stream => stream.Updated + stream.Deleted > 0)
                .Select(stream => stream.Stream).ToHashSet(StringComparer.Ordinal),
        };
        return new(plan, unseen);
    }
}

/// <summary>What an undo would come to; nothing has changed.</summary>
/// <param name="Undone">The run that it would take back.</param>
/// <param name="Tables">What would become of each table.</param>
/// <param name="Unseen">Streams that keep no records: changes by hand cannot be told, and would be overwritten.</param>
public sealed record UndoTrial(RunRecord Undone, IReadOnlyList<UndoneTable> Tables, IReadOnlyList<string> Unseen);
