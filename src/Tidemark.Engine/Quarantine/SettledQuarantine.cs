using System.Data.Common;
using Dapper;
using Tidemark.Engine.Catalog;

namespace Tidemark.Engine.Quarantine;

/// <summary>
/// What runs took out of quarantine. It is kept, because a run that is undone takes the rows away that stood for these
/// records.
/// </summary>
internal sealed class SettledQuarantine(CatalogDatabase database, string pipeline, string undo)
{
    // As many runs as can be undone at most.
    private const int KeptRuns = 1000;

    private const string Columns =
        "id, pipeline, stream, key, code, subject, message, hint, next_act, next_of, payload, payload_sha256, first_seen, last_seen";

    /// <summary>Takes entries out of quarantine for good, unless the run is undone. For the inside of a transaction.</summary>
    /// <param name="connection">Connection to the catalog, in a transaction.</param>
    /// <param name="which">Condition on <c>quarantine</c>.</param>
    /// <param name="values">Its parameters, with <c>pipeline</c> and <c>run</c>, the one that settles them.</param>
    public static async Task<int> SettleAsync(DbConnection connection, string which, object values)
    {
        await connection.ExecuteAsync($"""
            INSERT INTO quarantine_settled (settled_run, {Columns}, run, settled_by)
            SELECT @run, {Columns}, run, settled_by FROM quarantine WHERE {which}
            ON CONFLICT DO NOTHING
            """, values);
        var settled = await connection.ExecuteAsync($"DELETE FROM quarantine WHERE {which}", values);
        if (settled == 0) return 0;
        await connection.ExecuteAsync($"""
            DELETE FROM quarantine_settled WHERE pipeline = @pipeline AND settled_run NOT IN (
                SELECT r.id FROM runs AS r WHERE r.pipeline = @pipeline
                    AND EXISTS (SELECT 1 FROM quarantine_settled AS s WHERE s.settled_run = r.id)
                ORDER BY r.started_at DESC LIMIT {KeptRuns})
            """, values);
        return settled;
    }

    /// <summary>
    /// Puts in again what a run took out, for all to see but not to be tried: as long as its rows are there, an old payload
    /// must not overwrite them. Called before the run is undone.
    /// </summary>
    public Task ReopenAsync(string undone, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.ExecuteAsync($"""
            INSERT INTO quarantine ({Columns}, run, settled_by)
            SELECT {Columns}, @undo, 'reading' FROM quarantine_settled WHERE settled_run = @undone
            ON CONFLICT DO NOTHING
            """, new { undo, undone }), cancellationToken);

    /// <summary>Called once the run is undone.</summary>
    /// <param name="undone">The run.</param>
    /// <param name="wasUndo">Whether the run was an undo: the entries it brought back are settled again.</param>
    /// <param name="isWhole">Whether no row was left; else a row may be newer than a payload.</param>
    public Task UndoneAsync(string undone, bool wasUndo, bool isWhole) =>
        database.WriteAsync(async connection =>
        {
            var values = new { pipeline, undone, run = undo };
            if (wasUndo) await SettleAsync(connection, "run = @undone", values);
            if (isWhole)
            {
                await connection.ExecuteAsync("""
                    UPDATE quarantine SET settled_by = 'retry' WHERE run = @run AND id IN (
                        SELECT id FROM quarantine_settled WHERE settled_run = @undone AND settled_by = 'retry')
                    """, values);
            }

            await connection.ExecuteAsync("DELETE FROM quarantine_settled WHERE settled_run = @undone", values);
        }, CancellationToken.None);

    /// <summary>Takes out again what was put in, where the run was not undone.</summary>
    public Task NotUndoneAsync() =>
        database.WriteAsync(
            connection => connection.ExecuteAsync("DELETE FROM quarantine WHERE run = @undo", new { undo }), CancellationToken.None);
}
