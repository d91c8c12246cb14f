using System.Data.Common;
using System.Globalization;
using Dapper;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Quarantine;

/// <summary>The records that could not be written, over all pipelines. They outlive the runs that met them.</summary>
public sealed class QuarantineCatalog(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>Records in quarantine, the latest first, one in memory at a time: a payload may be large.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Looked at between records.</param>
    public IAsyncEnumerable<QuarantineEntry> ListAsync(QuarantineFilter filter, int limit, CancellationToken cancellationToken) =>
        database.EachAsync(connection => connection.QueryUnbufferedAsync<QuarantineRow>($"""
            SELECT {QuarantineRow.Columns} FROM quarantine
            WHERE (@Pipeline IS NULL OR pipeline = @Pipeline) AND (@Stream IS NULL OR stream = @Stream)
                AND (@Run IS NULL OR run = @Run) AND (last_seen < @seen OR (last_seen = @seen AND id < @id))
            ORDER BY last_seen DESC, id DESC LIMIT @limit
            """, new
        {
            filter.Pipeline,
            filter.Stream,
            filter.Run,
            seen = filter.Before?.LastSeen.ToUnixTimeMilliseconds() ?? long.MaxValue,
            id = filter.Before?.Id ?? long.MaxValue,
            limit,
        }).Select(row => row.ToEntry()), cancellationToken);

    /// <summary>How many records of a pipeline are in quarantine.</summary>
    public Task<long> CountAsync(string pipeline, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => CountAsync(connection, pipeline), cancellationToken);

    /// <inheritdoc cref="CountAsync(string, CancellationToken)"/>
    internal static Task<long> CountAsync(DbConnection connection, string pipeline) =>
        connection.ExecuteScalarAsync<long>("SELECT count(*) FROM quarantine WHERE pipeline = @pipeline", new { pipeline });

    /// <summary>How many records of each pipeline are in quarantine, of those that have any.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountsAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(connection => connection.QueryAsync<(string Pipeline, long Count)>(
            "SELECT pipeline, count(*) FROM quarantine GROUP BY pipeline"), cancellationToken)).ToDictionary(each => each.Pipeline, each => each.Count, StringComparer.Ordinal);

    /// <summary>One record, or null where it is not in quarantine (any more).</summary>
    public async Task<QuarantineEntry?> FindAsync(long id, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<QuarantineRow>(
            $"SELECT {QuarantineRow.Columns} FROM quarantine WHERE id = @id", new { id }), cancellationToken);
        return row?.ToEntry();
    }

    /// <summary>One record that must be there.</summary>
    /// <exception cref="TidemarkException"><c>quarantine.unknown</c> (usage).</exception>
    public async Task<QuarantineEntry> GetAsync(long id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw Unknown(id);

    /// <summary>
    /// Gives records up, all or none. Who did that is written into the log of the run that met each of them last.
    /// </summary>
    /// <param name="ids">At least one.</param>
    /// <param name="who">Name of the person, for the log.</param>
    /// <param name="cancellationToken">Before anything is changed.</param>
    /// <exception cref="TidemarkException"><c>quarantine.unknown</c> (usage).</exception>
    public Task DiscardAsync(IReadOnlyList<long> ids, string who, CancellationToken cancellationToken) =>
        database.WriteAsync(async connection =>
        {
            foreach (var id in ids)
            {
                var values = new
                {
                    id,
                    now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
                    message = CatalogText.Encode(string.Create(CultureInfo.InvariantCulture, $"{who} discarded the record {id} from quarantine")),
                };
                // A run that was cleaned up has no log any more.
                await connection.ExecuteAsync("""
                    INSERT INTO run_logs (run, seq, at, level, stream, message)
                    SELECT q.run, (SELECT coalesce(max(seq), 0) + 1 FROM run_logs WHERE run = q.run), @now, 'warning', q.stream,
                        @message || coalesce(' (key ' || q.key || ')', '') || ': ' || q.message || ' (' || q.code || ')'
                    FROM quarantine AS q JOIN runs ON runs.id = q.run WHERE q.id = @id
                    """, values);
                if (await connection.ExecuteAsync("DELETE FROM quarantine WHERE id = @id", values) == 0) throw Unknown(id);
            }
        }, cancellationToken);

    private static TidemarkException Unknown(long id) =>
        new(FailureKind.Usage, "quarantine.unknown", string.Create(
            CultureInfo.InvariantCulture, $"There is no record {id} in quarantine."))
        {
            Hint = "A run that writes a record takes it out of quarantine; list what is left.",
            Next = new(NextAct.ListQuarantine),
        };
}
