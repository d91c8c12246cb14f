using Tidemark.Engine.Destinations.Sql.Loading;
using Tidemark.Engine.Destinations.Sql.Undoing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>Keeps what a restore changes, so that it can be taken back like any other run.</summary>
internal sealed class SqlRestoreUndo(SqlDialect dialect, ISqlSession session, RestorePlan plan, TimeProvider clock)
{
    // The restored rows have the ids that the backup has of them.
    private const string After = """s."_run" """;

    private readonly Dictionary<string, SqlBeforeImages> _images = new(StringComparer.Ordinal);

    private SqlUndoLog Log => new(session.Connection, dialect.OwnSchema);

    /// <summary>Keeps the rows that are about to change or go, and the keys of those that are about to come.</summary>
    public async Task KeepAsync(TableRestore table, CancellationToken cancellationToken)
    {
        if (plan.UndoRuns == 0 || !IsTidemarks(table.Wanted.Table) || !IsTidemarks(table.Live)) return;
        await Log.CreateAsync(cancellationToken);
        var shape = await ShapeAsync(table, cancellationToken);
        var images = new SqlBeforeImages(dialect, table.Name, shape.Stream.Key, plan.Run);
        await images.EnsureAsync(session, cancellationToken);
        var checkpoint = await new SqlCheckpoints(session, dialect.OwnSchema, plan.Pipeline, plan.Run)
            .PeekAsync(table.Wanted.Stream, Staging.None, cancellationToken);
        await Log.BeginAsync(
            plan.Pipeline,
            new UndoEntry(
                table.Wanted.Stream, plan.Run, table.Live.Name, clock.GetUtcNow(), checkpoint?.Cursor.Json, shape),
            cancellationToken);
        await Log.PruneAsync(plan.Pipeline, table.Wanted.Stream, images.Table, plan.UndoRuns, cancellationToken);
        _images[table.Live.Name] = images;
        if (plan.Mode == RestoreMode.Exact)
        {
            await ExecuteAsync(
                images.InsertRows(
                    $"{table.Name} AS l WHERE {table.IsGone}",
                    SqlBeforeImages.Deleted, "@run", "NULL"),
                cancellationToken);
        }

        if (plan.Mode != RestoreMode.Missing)
        {
            await ExecuteAsync(
                images.InsertRows(
                    $"{table.Name} AS l JOIN {table.Staged} AS s ON {table.Match} WHERE {table.Differ}",
                    SqlBeforeImages.Updated, "@run", After),
                cancellationToken);
        }

        await ExecuteAsync(
            images.InsertKeys(
                "s", $"{table.Staged} AS s WHERE NOT EXISTS (SELECT 1 FROM {table.Name} AS l WHERE {table.Match})", "@run", After),
            cancellationToken);
    }

    /// <summary>Keeps the rows as the restore leaves them, so that a later change is not taken for its own.</summary>
    public async Task NoteAsync(TableRestore table, CancellationToken cancellationToken)
    {
        if (_images.TryGetValue(table.Live.Name, out var images)) await images.KeepAfterAsync(session, cancellationToken);
    }

    private Task<long> ExecuteAsync(string statement, CancellationToken cancellationToken) =>
        session.Connection.ExecuteAsync(statement, cancellationToken, ("run", plan.Run));

    /// <summary>Whether a run has written the table; other tables have no run in their rows.</summary>
    private static bool IsTidemarks(TableShape table) => table.Columns.Any(column => column.Name == "_run");

    /// <summary>The table's own key identifies rows; the rest is the shape of the last run, if it is still kept.</summary>
    private async Task<UndoShape> ShapeAsync(TableRestore table, CancellationToken cancellationToken)
    {
        var last = await Log.LastShapeAsync(plan.Pipeline, table.Wanted.Stream, cancellationToken);
        var stream = new StreamSchema(table.Wanted.Stream, [.. table.Live.Key.Select(part => new Field(part, FieldType.Text))])
        {
            Key = table.Live.Key,
        };
        return new UndoShape(stream, last?.KeepsRaw ?? false, last?.Columns ?? []) { IsRestore = true, Cascades = table.Cascades.Count == 0 ? null : table.Cascades };
    }
}
