using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Undoing;

/// <summary>Compares the rows of a table that a run changed with the table as it is, and lists what takes the run back. The list has a <c>reason</c> where a row is left alone.</summary>
/// <param name="table">The table.</param>
/// <param name="target">The same, as the target has it.</param>
/// <param name="images">The rows as they were, and as the run left them.</param>
/// <param name="number">Number of the table: names its temporary tables.</param>
internal sealed class UndoChanges(LoggedTable table, TargetTable target, SqlName images, int number)
{
    private readonly SqlName _list = new("pg_temp", FormattableString.Invariant($"tidemark_work_{number}"));
    private readonly SqlName _rows = new("pg_temp", FormattableString.Invariant($"tidemark_rows_{number}"));

    private List<string> Stored => [.. target.Stored.Select(column => column.Quoted)];

    private IReadOnlyList<TargetColumn> Key => [.. table.Key.Select(name => target[name])];

    private string Images => FormattableString.Invariant($"{images} AS m WHERE m.position = {table.Position}");

    /// <summary>The row <c>of</c> an alias has the key of the image <c>m</c>.</summary>
    private string HasKey(string of) => string.Join(" AND ", Key.Select((column, at) => FormattableString.Invariant($"{of}.{column.Quoted} = m.key[{at + 1}]::{column.Type}")));

    public async Task<TableWork> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"""
            CREATE TEMPORARY TABLE {SqlName.Column(_rows.Name)} ON COMMIT DROP AS
            SELECT {string.Join(", ", Stored.Select(column => $"(r.old).{column} AS {column}"))}, r.before AS tidemark_before
            FROM (SELECT m.before::{target.Name} AS old, m.before FROM {Images} AND m.op IN ('u', 'd') OFFSET 0) AS r
            """,
            cancellationToken);
        await connection.ExecuteAsync($"ANALYZE {_rows}", cancellationToken);
        await connection.ExecuteAsync($"CREATE TEMPORARY TABLE {SqlName.Column(_list.Name)} ON COMMIT DROP AS {(table.Key.Count > 0 ? Keyed : Loose)}", cancellationToken);
        await connection.ExecuteAsync($"ANALYZE {_list}", cancellationToken);
        var columns = target.Stored.Select(column => column.Name).ToList();
        return table.Key.Count > 0 ? new KeyedWork(target, _rows, _list, columns, table.Key) : new LooseWork(target, _rows, _list, columns);
    }

    private string Keyed
    {
        get
        {
            var swaps = target.Stored.Where(column => column.MayNeedReplacing && !table.Key.Contains(column.Name)).Select(column => $"{column.Exact("t")} IS DISTINCT FROM {column.Exact("s")}").ToList();
            var isThere = $"t.{Key[0].Quoted} IS NOT NULL";
            return $"""
                SELECT CASE m.op WHEN 'c' THEN 'd' WHEN 'd' THEN 'c' ELSE 'u' END AS op, m.op = 'u' AND {isThere} AND ({(swaps.Count == 0 ? "FALSE" : SqlCommands.Joined(swaps, "OR"))}) AS swaps,
                    m.key, (t.*)::text AS before, {string.Join(", ", Key.Select((column, at) => FormattableString.Invariant($"m.key[{at + 1}]::{column.Type} AS k{at}")))},
                    CASE WHEN m.op <> 'd' AND {isThere} AND (t.*)::text IS DISTINCT FROM m.after THEN 'It has changed since.'
                        WHEN m.op = 'u' AND NOT {isThere} THEN 'It has been deleted since.'
                        WHEN m.op = 'd' AND {isThere} THEN 'There is another row of its key by now.' END AS reason
                FROM (SELECT m.* FROM {Images}) AS m LEFT JOIN {target.Name} AS t ON {HasKey("t")} LEFT JOIN {_rows} AS s ON {HasKey("s")}
                WHERE NOT (m.op = 'c' AND NOT {isThere}) AND NOT (m.op <> 'c' AND {isThere} AND (t.*)::text = m.before)
                """;
        }
    }

    /// <summary>Equal rows are paired off, one by one.</summary>
    private string Loose =>
        $"""
        SELECT 'c' AS op, ARRAY[{LooseWork.TextOf(Stored, "s")}] AS key, NULL::text AS before, NULL::oid AS live_table, NULL::tid AS live, s.ctid AS new, NULL::text AS reason FROM {_rows} AS s
        UNION ALL
        SELECT 'd', m.key, t.row, t.live_table, t.live, NULL, CASE WHEN t.live IS NULL THEN 'It has changed or been deleted since.' END
        FROM (SELECT m.key, m.after, row_number() OVER (PARTITION BY m.after) AS n FROM {Images} AND m.op = 'c') AS m
        LEFT JOIN (
            SELECT q.*, row_number() OVER (PARTITION BY q.row) AS n FROM (SELECT t.tableoid AS live_table, t.ctid AS live, (t.*)::text AS row FROM {target.Name} AS t) AS q) AS t
            ON t.row = m.after AND t.n = m.n
        """;
}
