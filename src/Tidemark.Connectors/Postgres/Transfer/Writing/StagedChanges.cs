using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Compares what is kept aside of a table with the table, in a transaction that keeps others from writing it, and lists what is to be done.</summary>
/// <param name="staged">What is kept aside.</param>
/// <param name="list">Name of the list, a temporary table that goes with the transaction.</param>
internal sealed class StagedChanges(StagedTable staged, SqlName list)
{
    private TransferTable Table => staged.Table;

    private IReadOnlyList<string> Key => staged.Sql.Key;

    private IEnumerable<string> Quoted => Table.Columns.Select(column => staged.Target[column.Name].Quoted);

    /// <summary>The live rows, of which the key is that of a row <c>s</c> that is kept aside.</summary>
    private string SameKey => string.Join(" AND ", Key.Select(part => $"t.{part} = s.{part}"));

    /// <param name="connection">A connection with the transaction open.</param>
    /// <param name="isWhole">Whether every row of the source is kept aside, so that all others are deleted.</param>
    /// <param name="deletesRest">Whether of a table without a key, rows of copied buckets that the source lacks are deleted.</param>
    /// <param name="keeps">Whether the rows are kept as they were.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task<TableWork> ListAsync(NpgsqlConnection connection, bool isWhole, bool deletesRest, bool keeps, CancellationToken cancellationToken)
    {
        var before = keeps ? "(t.*)::text" : "NULL::text";
        await connection.ExecuteAsync(
            $"CREATE TEMPORARY TABLE {SqlName.Column(list.Name)} ON COMMIT DROP AS {(Table.HasKey ? Keyed(before, isWhole) : Loose(before, isWhole, deletesRest))}",
            cancellationToken, ("id", staged.Id));
        if (Table.HasKey) await IndexAsync(connection, cancellationToken);
        await connection.ExecuteAsync($"ANALYZE {list}", cancellationToken);
        var columns = Table.Columns.Select(column => column.Name).ToList();
        return Table.HasKey ? new KeyedWork(staged.Target, staged.Rows, list, columns, Table.Key) : new LooseWork(staged.Target, staged.Rows, list, columns);
    }

    private async Task IndexAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                $"CREATE UNIQUE INDEX ON {list} ({string.Join(", ", Key.Select((_, at) => FormattableString.Invariant($"k{at}")))})", cancellationToken);
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "transfer.key_twice", $"Two rows of the source have the same key of {Table.Label} ({string.Join(", ", Table.Key)}) to the target.", twice)
            {
                Hint = "The collations of the two databases may differ: give the key's columns at the target the source's.",
            };
        }
    }

    private string Keyed(string before, bool isWhole)
    {
        var swaps = staged.Target.Columns.Where(column => column.MayNeedReplacing && Quoted.Contains(column.Quoted) && !Key.Contains(column.Quoted))
            .Select(Differs).ToList();
        return $"""
            SELECT CASE WHEN t.{Key[0]} IS NULL THEN 'c' ELSE 'u' END AS op, {(swaps.Count == 0 ? "FALSE" : $"t.{Key[0]} IS NOT NULL AND ({SqlCommands.Joined(swaps, "OR")})")} AS swaps,
                {KeyedWork.Texts(Key, "s")} AS key, CASE WHEN t.{Key[0]} IS NOT NULL THEN {before} END AS before, {KeyedWork.Parts(Key, "s")}
            FROM {staged.Rows} AS s LEFT JOIN {Table.Name} AS t ON {SameKey}
            WHERE t.{Key[0]} IS NULL OR {SqlCommands.Joined([.. Table.Columns.Select(column => Differs(staged.Target[column.Name]))], "OR")}
            UNION ALL
            SELECT 'd', FALSE, {KeyedWork.Texts(Key, "t")}, {before}, {KeyedWork.Parts(Key, "t")} FROM {Table.Name} AS t
            WHERE NOT EXISTS (SELECT 1 FROM {staged.Rows} AS s WHERE {SameKey}){(isWhole ? "" : $" AND {IsGone}")}
            """;
    }

    private string IsGone => $"EXISTS (SELECT 1 FROM {staged.Gone} AS g WHERE {string.Join(" AND ", Table.Key.Select((name, at) =>
        FormattableString.Invariant($"t.{staged.Target[name].Quoted} = g.key[{at + 1}]::{staged.Target[name].Type}")))})";

    /// <summary>Equal rows are paired off, one by one.</summary>
    private string Loose(string before, bool isWhole, bool deletesRest) =>
        $"""
        WITH s AS (SELECT q.*, row_number() OVER (PARTITION BY q.row) AS n FROM (
                SELECT s.ctid AS new, {LooseWork.TextOf(Quoted, "s")} AS row FROM {staged.Rows} AS s) AS q),
            t AS (SELECT q.*, row_number() OVER (PARTITION BY q.row) AS n FROM (
                SELECT t.tableoid AS live_table, t.ctid AS live, {LooseWork.TextOf(Quoted, "t")} AS row, {before} AS before, {(isWhole ? "TRUE" : deletesRest ? IsCopied : "FALSE")} AS may_go
                FROM {Table.Name} AS t) AS q)
        SELECT CASE WHEN t.live IS NULL THEN 'c' ELSE 'd' END AS op, ARRAY[coalesce(s.row, t.row)] AS key, t.before, t.live_table, t.live, s.new
        FROM s FULL JOIN t ON s.row = t.row AND s.n = t.n WHERE t.live IS NULL OR s.new IS NULL AND t.may_go
        """;

    private string IsCopied =>
        $"{staged.Sql.Bucket} IN (SELECT b FROM {TransferSchema.Parts} AS p, unnest(p.buckets) AS b WHERE p.staging = @id)";

    private static string Differs(TargetColumn column) => $"{column.Exact("t")} IS DISTINCT FROM {column.Exact("s")}";
}
