using System.Data.Common;
using Tidemark.Engine.Sources;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// That a run can be undone. It is noted with the first row that the run changes of a stream, so that a run which changed
/// nothing takes no other's place among those that can be undone.
/// </summary>
/// <param name="schema">Of the engine's own tables.</param>
/// <param name="plan">The run.</param>
/// <param name="before">Where the stream stood before it; null for nowhere.</param>
/// <param name="images">Where the rows are kept as they were.</param>
/// <param name="clock">Tells when it is noted.</param>
internal sealed class SqlUndoNote(string schema, LoadPlan plan, Cursor? before, SqlBeforeImages images, TimeProvider clock)
{
    public SqlBeforeImages Images => images;

    /// <summary>For the transaction that changes rows, and again where the stream has got columns since.</summary>
    public async Task WriteAsync(DbConnection connection, SqlStaging staging, CancellationToken cancellationToken)
    {
        var log = new SqlUndoLog(connection, schema);
        var live = staging.Live;
        await log.BeginAsync(
            plan.Pipeline,
            new UndoEntry(live.Stream.Name, plan.Run, live.Name.Name, clock.GetUtcNow(), before?.Json, UndoShape.Of(live)),
            cancellationToken);
        // A table that was not there has no rows that were kept.
        if (!staging.IsFirst)
            await log.PruneAsync(plan.Pipeline, live.Stream.Name, images.Table, staging.Plan.UndoRuns, cancellationToken);
    }
}
