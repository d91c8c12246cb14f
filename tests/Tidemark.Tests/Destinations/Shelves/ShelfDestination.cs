using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Tests.Destinations.Shelves;

/// <summary>
/// The smallest destination there can be: no undo, no outbox, no comparison, no backup, and tables that become live one by
/// one. It has nothing but what every destination must have.
/// </summary>
internal sealed class ShelfDestination(Shelf shelf, TimeProvider clock) : IDestination
{
    public DestinationLimits Limits { get; } = new() { MaxNameBytes = 20, MaxRecordBytes = 1000, Publishing = Publishing.OneByOneWithIntents };

    public Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<TablePlan> tables, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Problem>>([]);

    public Task<StoredTable?> OpenTableAsync(TablePlan table, string? run, CancellationToken cancellationToken) =>
        Task.FromResult<StoredTable?>(null);

    public Task<ILoad> BeginAsync(LoadPlan plan, CancellationToken cancellationToken)
    {
        shelf.Finish();
        return Task.FromResult<ILoad>(new Load(shelf, plan, Limits, clock));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Load(Shelf shelf, LoadPlan plan, DestinationLimits limits, TimeProvider clock) : ILoad
    {
        // Streams begin at once, and tables become live in the order of their names.
        private readonly SortedList<string, TablePlan> _staged = new(StringComparer.Ordinal);

        public Task<IReadOnlyList<string>> EarlierColumnsAsync(TablePlan table, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>(shelf.Columns.GetValueOrDefault(table.Stream.Name, []));

        public Task<IStreamLoad> OpenAsync(TablePlan table, CancellationToken cancellationToken)
        {
            var (stream, shape) = (table.Stream.Name, StagingChoice.Shape(table, shelf.Live.ContainsKey(table.Table)));
            shelf.Owners[stream] = plan.Run;
            var before = shelf.Checkpoints.GetValueOrDefault((stream, Staging.None));
            var found = before;
            if (table.IsStaged)
            {
                lock (_staged) _staged.Add(table.Table, table);
                found = shelf.Checkpoints.GetValueOrDefault((stream, Staging.Resumable));
                var rows = shelf.Staged.GetValueOrDefault(table.Table, []).Values;
                var decision = StagingChoice.Of(new StagingFacts(found, plan.Continues, clock.GetUtcNow())
                {
                    HasColumns = true,
                    Content = rows.Where(row => row.Hash is not null).Aggregate(default(Checksum), (sum, row) => sum + Checksum.Of(row.Hash!.Value)),
                });
                if (decision == StagingDecision.Refuse) throw StagingChoice.Refusal(plan.Continues!, stream);
                if (decision == StagingDecision.Begin) (found, shelf.Staged[table.Table]) = (null, []);
            }

            var isEmpty = (table.IsStaged ? shelf.Staged : shelf.Live).GetValueOrDefault(table.Table, []).Count == 0;
            var writer = new RowWriter(new ShelfRowStore(shelf, table, plan.Run), table, shape, limits, plan.Run, clock)
            {
                BeginsEmpty = isEmpty,
                Checkpoint = found,
            };
            var start = new StreamStart(found, before?.Cursor, shelf.Live.ContainsKey(table.Table), int.MaxValue);
            return Task.FromResult<IStreamLoad>(new StreamLoad(shelf, table, writer, start));
        }

        public Task<IReadOnlyList<PublishPreview>> PreviewAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PublishPreview>>([.. _staged.Values.Select(table =>
            {
                var (live, staged) = (shelf.Live.GetValueOrDefault(table.Table, []), shelf.Staged[table.Table]);
                return new PublishPreview(table.Table, live.Count, staged.Count, live.Keys.Count(key => !staged.ContainsKey(key)));
            })]);

        public async Task<IReadOnlyList<PublishResult>> PublishAsync(Func<PublishResult, Task> beforeCommit, CancellationToken cancellationToken)
        {
            var results = new List<PublishResult>();
            foreach (var table in _staged.Values)
            {
                var (live, staged) = (shelf.Live.GetValueOrDefault(table.Table, []), shelf.Staged[table.Table]);
                var hashes = staged.Values.Where(row => row.Hash is not null).Select(row => Checksum.Of(row.Hash!.Value));
                var written = staged.Where(row => row.Value.Operation == 1).ToList();
                var created = written.Count(row => !live.ContainsKey(row.Key));
                results.Add(new PublishResult(
                    table.Table, created, written.Count - created, staged.Values.Count(row => row is { Operation: 0, Hash: not null }),
                    live.Keys.Count(key => !staged.ContainsKey(key)))
                {
                    Live = hashes.Aggregate(default(Checksum), (sum, each) => sum + each),
                });
            }

            foreach (var result in results) await beforeCommit(result);
            shelf.Intents.AddRange(_staged.Values.Select(table => (table.Table, table.Stream.Name)));
            shelf.Finish();
            return results;
        }

        public Task ParkAsync(CancellationToken cancellationToken)
        {
            foreach (var table in _staged.Values)
            {
                var key = (table.Stream.Name, Staging.Resumable);
                shelf.Checkpoints[key] = shelf.Checkpoints[key] with { Parked = plan.Run };
            }

            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class StreamLoad(Shelf shelf, TablePlan table, RowWriter writer, StreamStart start) : IStreamLoad
    {
        public StreamStart Start => start;

        public Checkpoint? Checkpoint => writer.Checkpoint;

        public StreamSchema Stream { get; private set; } = table.Stream;

        public Task<WriteResult> WriteAsync(
            RowBatch batch, Checkpoint after, Func<WriteResult, Task> beforeCommit, CancellationToken cancellationToken) =>
            writer.WriteAsync(batch, after, beforeCommit, cancellationToken);

        public Task<long> CountAsync(CancellationToken cancellationToken) => Task.FromResult((long)shelf.Live.GetValueOrDefault(table.Table, []).Count);

        public Task EvolveAsync(IReadOnlyList<Field> fields, CancellationToken cancellationToken)
        {
            Stream = Stream.With(fields);
            return Task.CompletedTask;
        }

        // Nobody changes a shelf by hand.
        public IAsyncEnumerable<StoredRow> UnchangedAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRow>();

        public Task<string?> FindEditedAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<string?> FindGoneAsync(RowBatch records, CancellationToken cancellationToken)
        {
            var (live, staged) = (shelf.Live.GetValueOrDefault(table.Table, []), shelf.Staged[table.Table]);
            return Task.FromResult(Enumerable.Range(0, records.Count).Select(records.KeyText)
                .FirstOrDefault(key => live.ContainsKey(key) && !staged.ContainsKey(key)));
        }

        public Task AbandonAsync(CancellationToken cancellationToken)
        {
            if (table.IsStaged) shelf.Checkpoints.Remove((table.Stream.Name, table.Staging));
            return Task.CompletedTask;
        }

        public Task<Checksum> VerifyAsync(CancellationToken cancellationToken) => writer.SettleAsync(cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
