using Npgsql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Divides a table by the blocks that its rows are in.</summary>
internal static class TransferParts
{
    private const long PartBytes = 64 * 1024 * 1024;

    // Blocks of a partitioned table are those of all its partitions at once: each row has one place in one of them, and so is in one part.
    private const string Size =
        """
        WITH RECURSIVE whole (oid) AS (
            SELECT c.oid FROM pg_class AS c WHERE c.oid = $1::regclass
            UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN whole AS w ON w.oid = i.inhparent)
        SELECT coalesce(max(pg_relation_size(c.oid) / current_setting('block_size')::bigint), 0), coalesce(sum(pg_table_size(c.oid)), 0)::bigint,
            coalesce(bool_and(c.relkind = 'p' OR (c.relkind = 'r' AND a.amname = 'heap')), FALSE)
        FROM whole AS w JOIN pg_class AS c ON c.oid = w.oid LEFT JOIN pg_am AS a ON a.oid = c.relam
        """;

    /// <summary>Parts of about 64 MB with what is stored beside the rows; one where a row has no place in a block.</summary>
    public static async Task<IReadOnlyList<RowSelection>> ReadAsync(NpgsqlConnection connection, TransferTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Size, connection) { Parameters = { new() { Value = table.Name.ToString() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (blocks, bytes, hasPlaces) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2));
        var parts = hasPlaces ? (int)Math.Clamp((bytes + PartBytes - 1) / PartBytes, 1, Math.Max(1, blocks)) : 1;
        return [.. Enumerable.Range(0, parts).Select(part =>
            new RowSelection.Blocks(blocks * part / parts, part == parts - 1 ? null : blocks * (part + 1) / parts))];
    }

    /// <summary>Condition for the rows of a part, on the alias <c>t</c>; null for all rows.</summary>
    public static string? Condition(RowSelection.Blocks part)
    {
        var from = part.From == 0 ? null : FormattableString.Invariant($"t.ctid >= '({part.From},0)'::tid");
        var to = part.To is null ? null : FormattableString.Invariant($"t.ctid < '({part.To},0)'::tid");
        return from is null ? to : to is null ? from : $"{from} AND {to}";
    }
}
