namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>Reads whole tables as they are at one moment, while others go on writing.</summary>
internal static class SqlSnapshot
{
    /// <inheritdoc cref="IBackedUp.ReadTablesAsync"/>
    public static async Task ReadAsync(
        SqlDialect dialect, ISqlSession session, IReadOnlyList<string> tables,
        Func<TableShape, IAsyncEnumerable<ReadOnlyMemory<byte>>, Task> read, CancellationToken cancellationToken)
    {
        await using var transaction = await session.Rows.BeginAsync(isReadOnly: true, cancellationToken);
        foreach (var table in tables)
        {
            var name = new SqlName(dialect.Schema, table);
            if (await session.Rows.DescribeAsync(name, cancellationToken) is not { } found) continue;
            await read(found, session.Rows.ReadAsync(
                found.Columns, $"SELECT {ColumnList(found.Columns)} FROM {name}", cancellationToken));
        }
    }

    public static string ColumnList(IEnumerable<TableColumn> columns, string alias = "") =>
        string.Join(", ", columns.Select(column => alias + SqlName.Column(column.Name)));
}
