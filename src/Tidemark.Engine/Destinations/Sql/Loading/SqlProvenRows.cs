using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Copies of the rows that a merge has read back from a table that may change them while later batches are written, e.g. by a trigger.
/// They lie in a table beside it, so that the memory does not grow with the rows, and are compared with the live ones at the end.
/// </summary>
internal sealed class SqlProvenRows(SqlDialect dialect, ISqlSession session)
{
    /// <summary>The table of the copies of a live table's rows.</summary>
    public static SqlTable TableOf(SqlDialect dialect, SqlTable live) =>
        new(NameOf(dialect, live.Name), live.Plan, TableKind.Difference, live.Adapted);

    public static SqlName NameOf(SqlDialect dialect, SqlName live) => dialect.Own("_tidemark_proven_" + live.Name);

    /// <summary>Takes copies of rows in place of earlier ones, in the transaction that has written them.</summary>
    public async Task KeepAsync(
        SqlTable live, RowBatch batch, ReadOnlyMemory<int> rows, ReadOnlyMemory<int> gone, CancellationToken cancellationToken)
    {
        var copies = TableOf(dialect, live);
        await session.Bulk.DeleteAsync(copies, batch, rows, cancellationToken);
        await session.Bulk.DeleteAsync(copies, batch, gone, cancellationToken);
        if (rows.Length == 0) return;
        var columns = live.Key.Concat(live.SourceColumns).Select(column => column.Quoted).Append("\"_hash\"").Distinct(StringComparer.Ordinal).ToList();
        await session.Bulk.InsertOfAsync(
            $"{copies.Name} ({string.Join(", ", columns)})", string.Join(", ", columns.Select(column => $"l.{column}")), live, batch, rows, cancellationToken);
    }

    /// <summary>The checksum of the rows that no longer are what they were; the copies go.</summary>
    public async Task<Checksum> SettleAsync(SqlTable live, CancellationToken cancellationToken)
    {
        var copies = NameOf(dialect, live.Name);
        var lost = await session.Connection.ChecksumAsync(
            $"""
            SELECT p."_hash" FROM {copies} AS p WHERE NOT EXISTS (
                SELECT 1 FROM {live.Name} AS l WHERE {live.KeyMatch("p", "l")} AND {live.IsPresent("l")} AND {dialect.SameValues(live, "l", "p")})
            """,
            cancellationToken);
        await session.Connection.ExecuteAsync($"DROP TABLE {copies}", cancellationToken);
        return lost;
    }
}
