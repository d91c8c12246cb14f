namespace Tidemark.Engine.Destinations.Sql.Backups;

/// <summary>One table on its way back.</summary>
/// <param name="Wanted">As it was.</param>
/// <param name="Live">As it is.</param>
/// <param name="Name">In SQL.</param>
/// <param name="Staged">The temporary table that holds the backup's rows.</param>
/// <param name="Dialect">Compares values.</param>
internal sealed record TableRestore(RestoreTable Wanted, TableShape Live, SqlName Name, SqlName Staged, SqlDialect Dialect)
{
    public IReadOnlyList<TableColumn> Columns => Wanted.Table.Columns;

    public string ColumnList => SqlSnapshot.ColumnList(Columns);

    /// <summary>Columns that an update writes.</summary>
    public List<string> Others { get; } =
        [.. Wanted.Table.Columns.Select(column => column.Name).Except(Live.Key.Concat(Live.Counted), StringComparer.Ordinal)];

    /// <summary>SQL condition: the live row <c>l</c> and the staged row <c>s</c> have the same key.</summary>
    public string Match => string.Join(" AND ", Live.Key.Select(SqlName.Column).Select(column => $"l.{column} {Dialect.SameKey} s.{column}"));

    /// <summary>SQL condition: the backup has no row of the live row's key.</summary>
    public string IsGone => $"NOT EXISTS (SELECT 1 FROM {Staged} AS s WHERE {Match})";

    /// <summary>SQL condition: the live row <c>l</c> differs from the staged row <c>s</c>.</summary>
    public string Differ => $"NOT ({Dialect.SameRow(Columns.Select(column => SqlName.Column(column.Name).ToString()), "s", "l")})";

    /// <summary>What goes of other tables along.</summary>
    public IReadOnlyList<Cascade> Cascades { get; set; } = [];

    public long Created { get; set; }

    public long Overwritten { get; set; }

    public long Deleted { get; set; }
}
