using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Backup;

/// <summary>Counts the rows of tables that go into a backup or come out of one, for whoever watches the run.</summary>
internal sealed class WatchedTables
{
    // Now and then is enough: a row takes microseconds.
    private const int ReportEvery = 1_000;

    private readonly RunContext _run;
    private readonly ConcurrentDictionary<string, StreamFigures> _tables = new(StringComparer.Ordinal);

    public WatchedTables(RunContext run)
    {
        _run = run;
        run.Show(() => [.. _tables.Values.OrderBy(table => table.Stream, StringComparer.Ordinal)]);
    }

    /// <summary>The rows of a table as they pass.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> Of(
        string stream, string table, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var count = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            yield return row;
            if (++count % ReportEvery == 0) Report();
        }

        Report();

        void Report()
        {
            _tables[stream] = new StreamFigures(stream, table) { Read = count };
            _run.Report();
        }
    }
}
