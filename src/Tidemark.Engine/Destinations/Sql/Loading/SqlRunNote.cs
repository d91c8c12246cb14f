using System.Data.Common;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Notes that a run has written a stream, and that it can be undone. It is noted with the first row that the run changes,
/// so that a run which changed nothing takes no other's place among those that can be undone.
/// </summary>
/// <param name="schema">Schema of the engine's own tables.</param>
/// <param name="plan">The run.</param>
/// <param name="before">Where the stream stood before the run; null for nowhere.</param>
/// <param name="images">The before images that the run takes; null where runs cannot be undone.</param>
/// <param name="clock">The time of the note.</param>
internal sealed class SqlRunNote(string schema, LoadPlan plan, Cursor? before, SqlBeforeImages? images, TimeProvider clock)
{
    public SqlBeforeImages? Images => images;

    /// <summary>For the transaction that changes rows, and again where the stream has got columns since, or more was taken of other tables.</summary>
    public async Task WriteAsync(
        DbConnection connection, StreamTables tables, IReadOnlyList<Cascade> cascades, CancellationToken cancellationToken)
    {
        var (live, now) = (tables.Live, clock.GetUtcNow());
        // A scan of the keys fills no column.
        if (!tables.Plan.KeysOnly) await new SqlWriters(connection, schema).NoteAsync(plan.Pipeline, live, now, cancellationToken);
        if (images is null) return;
        var log = new SqlUndoLog(connection, schema);
        await log.BeginAsync(
            plan.Pipeline, new UndoEntry(live.Stream.Name, plan.Run, live.Name.Name, now, before?.Json, UndoShape.Of(live) with { Cascades = cascades.Count == 0 ? null : cascades }),
            cancellationToken);
        // A table that was not there has no before images.
        if (!tables.IsFirst)
            await log.PruneAsync(plan.Pipeline, live.Stream.Name, images.Table, tables.Plan.UndoRuns, cancellationToken);
    }
}
