using System.Text;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Tests.Destinations.Shelves;

/// <summary>One stream's rows on a shelf. It refuses records named "bad", all rows of a call at once.</summary>
internal sealed class ShelfRowStore(Shelf shelf, TablePlan plan, string run) : IRowStore
{
    private static readonly Problem Bad = new("shelf.refused", "shelf", "The shelf takes no bad records.");

    private Dictionary<string, ShelfRow> Live => shelf.Live.TryGetValue(plan.Table, out var rows) ? rows : shelf.Live[plan.Table] = [];

    public Task<IWriteUnit> BeginAsync(bool mayBeLost, CancellationToken cancellationToken) =>
        Task.FromResult<IWriteUnit>(new Unit(shelf, plan, run));

    public Problem? Refuses(RowBatch batch, int row) => null;

    public Problem? RowProblem(Exception failure) => failure is InvalidOperationException ? Bad : null;

    public async Task<Problem?> TryAsync(Func<Task> operation, CancellationToken cancellationToken)
    {
        try
        {
            await operation();
            return null;
        }
        catch (InvalidOperationException)
        {
            return Bad; // an insert looks at all rows before it keeps the first
        }
    }

    public Task ClassifyAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, CancellationToken cancellationToken)
    {
        foreach (var row in rows.Span)
        {
            if (Live.TryGetValue(batch.KeyText(row), out var live))
                states[row] = live.Hash == batch.Hash(row) ? RowState.Unchanged : RowState.Changed;
        }

        return Task.CompletedTask;
    }

    public Task InsertAsync(
        RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, RowState[] states, RowStamp stamp, CancellationToken cancellationToken)
    {
        foreach (var row in rows.Span)
        {
            var isBad = Encoding.UTF8.GetString(batch.Raw(row)).Contains("\"bad\"", StringComparison.Ordinal);
            if ((isBad && states[row] is RowState.New) || At(place).ContainsKey(batch.KeyText(row))) throw new InvalidOperationException(Bad.Message);
        }

        foreach (var row in rows.Span)
        {
            long? hash = states[row] is RowState.Unfit or RowState.Deletion ? null : batch.Hash(row);
            At(place)[batch.KeyText(row)] =
                new(Encoding.UTF8.GetString(batch.Raw(row)), hash, stamp.Run, place == RowPlace.Live ? 1 : RowLayout.Operation(states[row]));
        }

        return Task.CompletedTask;
    }

    public Task UpdateAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken)
    {
        foreach (var row in rows.Span) Live[batch.KeyText(row)] = new(Encoding.UTF8.GetString(batch.Raw(row)), batch.Hash(row), stamp.Run, 1);
        return Task.CompletedTask;
    }

    public Task ReleaseAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<Checksum> DeleteAsync(RowPlace place, RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        foreach (var row in rows.Span)
        {
            if (At(place).Remove(batch.KeyText(row), out var gone) && gone.Hash is { } hash) sum += Checksum.Of(hash);
        }

        return Task.FromResult(sum);
    }

    public Task<Checksum> MarkDeletedAsync(RowBatch batch, ReadOnlyMemory<int> rows, RowStamp stamp, CancellationToken cancellationToken) =>
        DeleteAsync(RowPlace.Live, batch, rows, cancellationToken);

    public Task<Checksum> ReadBackAsync(RowBatch batch, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var sum = default(Checksum);
        foreach (var row in rows.Span)
        {
            if (Live.TryGetValue(batch.KeyText(row), out var live)) sum += Checksum.Of(live.Hash!.Value);
        }

        return Task.FromResult(sum);
    }

    public Task<Checksum> WrittenAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Live.Values.Where(row => row.Run == run).Aggregate(default(Checksum), (sum, row) => sum + Checksum.Of(row.Hash!.Value)));

    private Dictionary<string, ShelfRow> At(RowPlace place) => place == RowPlace.Live ? Live : shelf.Staged[plan.Table];

    private sealed class Unit(Shelf shelf, TablePlan plan, string run) : IWriteUnit
    {
        private readonly Dictionary<string, ShelfRow>? _live = Copy(shelf.Live, plan.Table);
        private readonly Dictionary<string, ShelfRow>? _staged = Copy(shelf.Staged, plan.Table);
        private bool _isSaved;

        public Task SaveAsync(Checkpoint after, bool hasChanged, CancellationToken cancellationToken)
        {
            if (shelf.Owners[plan.Stream.Name] != run)
                throw new TidemarkException(FailureKind.Transient, "run.lease_lost", "Another run has taken the stream over.");
            shelf.Checkpoints[(plan.Stream.Name, plan.Staging)] = after;
            if (hasChanged) shelf.Columns[plan.Stream.Name] = [.. plan.ColumnNames];
            _isSaved = true;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            if (_isSaved) return ValueTask.CompletedTask;
            Back(shelf.Live, _live);
            Back(shelf.Staged, _staged);
            return ValueTask.CompletedTask;
        }

        private void Back(Dictionary<string, Dictionary<string, ShelfRow>> tables, Dictionary<string, ShelfRow>? before)
        {
            if (before is null) tables.Remove(plan.Table);
            else tables[plan.Table] = before;
        }

        private static Dictionary<string, ShelfRow>? Copy(Dictionary<string, Dictionary<string, ShelfRow>> tables, string table) =>
            tables.TryGetValue(table, out var rows) ? new(rows) : null;
    }
}
