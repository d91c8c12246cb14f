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

    /// <summary>That a live row <c>l</c> and a staged one <c>s</c> are the same.</summary>
    public string Match => string.Join(" AND ", Live.Key.Select(SqlName.Column).Select(column => $"l.{column} {Dialect.SameKey} s.{column}"));

    /// <summary>That the live row <c>l</c> is not what the staged one <c>s</c> is.</summary>
    public string Differ => $"NOT ({Dialect.SameRow(Columns.Select(column => SqlName.Column(column.Name).ToString()), "s", "l")})";

    public long Restored { get; set; }

    public long Deleted { get; set; }
}
