using System.Data.Common;
using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Undoing;

/// <summary>The rows of a table that a run changed, as they were and as it left them.</summary>
internal sealed class TransferTouched(NpgsqlConnection connection, TouchedQuery query)
{
    public async Task<TouchedTable> ReadAsync(CancellationToken cancellationToken)
    {
        var touched = new TouchedTable(query.Stream, query.Table);
        var run = await TransferSchema.IsThereAsync(connection, cancellationToken)
            ? await new TransferLog(connection, query.Pipeline).FindAsync(query.Run, cancellationToken) : null;
        if (run?.Tables.FirstOrDefault(table => table.Label == query.Table) is not { } table) return touched;
        var images = TransferSchema.Images(run.Id);
        if (await connection.CountAsync("SELECT count(to_regclass(@images))", cancellationToken, ("images", images.ToString())) == 0) return touched;
        if (await TargetTable.ReadAsync(connection, table.Name, cancellationToken) is null) return touched with { Exists = false };
        var target = await UndoShape.RequireAsync(connection, table, query.Run, cancellationToken);
        var counts = await CountAsync(images, table.Position, cancellationToken);
        return touched with
        {
            IsKept = true,
            Created = counts.GetValueOrDefault("c"),
            Updated = counts.GetValueOrDefault("u"),
            Deleted = counts.GetValueOrDefault("d"),
            Rows = query.Limit == 0 ? [] : await RowsAsync(target, images, table.Position, cancellationToken),
        };
    }

    private async Task<Dictionary<string, long>> CountAsync(SqlName images, int position, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, $"SELECT m.op, count(*) FROM {images} AS m WHERE m.position = @position GROUP BY m.op", ("position", position));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }

    private async Task<IReadOnlyList<TouchedRow>> RowsAsync(TargetTable target, SqlName images, int position, CancellationToken cancellationToken)
    {
        string Texts(string row) => $"ARRAY[{string.Join(", ", target.Columns.Select(column => $"(q.{row}).{column.Quoted}::text"))}]";
        await using var command = SqlCommands.Command(
            connection,
            $"""
            SELECT q.op, array_to_string(q.key, ', ', '?'), {Texts("old")}, {Texts("new")} FROM (
                SELECT m.op, m.key, m.before::{target.Name} AS old, m.after::{target.Name} AS new FROM {images} AS m
                WHERE m.position = @position ORDER BY m.op = 'c', m.op = 'u', m.key LIMIT @limit OFFSET 0) AS q
            """,
            ("position", position), ("limit", query.Limit));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<TouchedRow>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(Row(reader, target));
        return rows;
    }

    private static TouchedRow Row(DbDataReader row, TargetTable target)
    {
        var deed = row.GetString(0) switch
        {
            "c" => RowDeed.Created,
            "d" => RowDeed.Deleted,
            _ => RowDeed.Updated,
        };
        var (before, after) = (row.GetFieldValue<string?[]>(2), row.GetFieldValue<string?[]>(3));
        var fields = target.Columns.Select((column, at) => new FieldChange(column.Name, before[at], after[at]));
        return new(deed, row.GetString(1), [.. fields.Where(field => field.Before != field.After)]);
    }
}
