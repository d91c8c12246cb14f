using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;

namespace Tidemark.Engine.Runs;

/// <summary>What later runs of its pipeline have to do with a run. A pipeline may have a hundred thousand; few of them are read.</summary>
/// <param name="database">The catalog that has them.</param>
/// <param name="run">The earlier run.</param>
internal sealed class LaterRuns(CatalogDatabase database, RunRecord run)
{
    /// <summary>Later runs that wrote, newest first. The catalog has an index of just this.</summary>
    internal const string Writing = """
        SELECT result FROM runs
        WHERE pipeline = @Pipeline AND started_at > @started AND created + updated + deleted > 0
        ORDER BY started_at DESC
        """;

    private readonly Dictionary<string, bool> _isLater = new(StringComparer.Ordinal);

    /// <summary>Which of these tables a later run has written. Reads runs until it has found all of the tables.</summary>
    public async Task<IReadOnlySet<string>> WrittenAsync(IEnumerable<string> tables, CancellationToken cancellationToken)
    {
        var open = tables.ToHashSet(StringComparer.Ordinal);
        var written = new HashSet<string>(StringComparer.Ordinal);
        var results = database.EachAsync(
            connection => connection.QueryUnbufferedAsync<string>(Writing, new { run.Pipeline, started = run.StartedAt.ToUnixTimeMilliseconds() })
                .Select(RunJson.Read),
            cancellationToken);
        await foreach (var result in results)
        {
            foreach (var figures in result.Streams.Where(figures => HasWritten(figures) && open.Remove(figures.Table)))
                written.Add(figures.Table);
            if (open.Count == 0) break;
        }

        return written;
    }

    /// <summary>Whether a run that wrote a row began after this one. Each run is asked for once.</summary>
    public async Task<bool> HasAsync(string writer, CancellationToken cancellationToken)
    {
        if (writer == run.Id) return false;
        if (_isLater.TryGetValue(writer, out var known)) return known;
        var startedAt = await database.ReadAsync(connection => StartAsync(connection, writer), cancellationToken);
        // Ids sort by time, to the second; of this pipeline's own runs more is known.
        var isLater = startedAt is { } start
            ? start > run.StartedAt.ToUnixTimeMilliseconds() : string.CompareOrdinal(writer, run.Id) > 0;
        return _isLater[writer] = isLater;
    }

    /// <summary>Whether a run has written a table.</summary>
    public static bool HasWritten(StreamFigures figures) => figures.Created + figures.Updated + figures.Deleted > 0;

    private Task<long?> StartAsync(DbConnection connection, string writer) =>
        connection.QuerySingleOrDefaultAsync<long?>(
            "SELECT started_at FROM runs WHERE id = @writer AND pipeline = @Pipeline", new { writer, run.Pipeline });
}
