using System.Data.Common;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>
/// Tells which live rows hold what they should after a staging was published into a table that may change rows on the way. Its
/// trigger may change the rows that are written, and others with them: those that do not differ are kept as they were before.
/// </summary>
internal sealed class SqlBystanders(SqlDialect dialect, ISqlSession session, StreamTables tables)
{
    private readonly SqlName _kept = new(dialect.TemporarySchema, dialect.Own("_tidemark_kept_" + tables.Live.Name.Name).Name);
    private bool _areKept;

    /// <summary>Condition, with its <c>AND</c>, on a live row <c>l</c>; empty where the table cannot have changed any.</summary>
    public string HoldsWhatItShould
    {
        get
        {
            if (!_areKept) return "";
            var same = dialect.SameValues(Live, "l", "s");
            string Fits(SqlName table, string which) =>
                $" AND NOT EXISTS (SELECT 1 FROM {table} AS s WHERE {which} AND {Live.KeyMatch("s", "l")} AND NOT ({same}))";
            return Fits(tables.Target.Name, "s.\"_op\" >= 1") + Fits(_kept, "1 = 1");
        }
    }

    private SqlTable Live => tables.Live;

    private DbConnection Connection => session.Connection;

    /// <summary>Keeps the rows that do not differ, in the transaction that is open, before any row is written.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (await session.KeepsValuesAsync(Live, cancellationToken)) return;
        var columns = string.Join(", ", Live.Key.Concat(Live.SourceColumns).Select(column => $"l.{column.Quoted}").Distinct(StringComparer.Ordinal));
        await Connection.ExecuteAsync(
            $"""
            CREATE TEMPORARY TABLE {SqlName.Column(_kept.Name)} AS
            SELECT {columns} FROM {Live.Name} AS l JOIN {tables.Target.Name} AS s ON {Live.KeyMatch("s", "l")}
            WHERE s."_op" = 0 AND s."_hash" IS NOT NULL
            """,
            cancellationToken);
        await Connection.ExecuteAsync(dialect.IndexTemporary(_kept, Live.KeyList), cancellationToken);
        _areKept = true;
    }

    public async Task DropAsync(CancellationToken cancellationToken)
    {
        if (_areKept) await Connection.ExecuteAsync($"DROP TABLE {_kept}", cancellationToken);
    }
}
