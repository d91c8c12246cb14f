using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// What is to be done to one table: a list with a row for each of its rows that changes, and the new rows beside it. The list has an operation
/// <c>op</c> (<c>c</c>reate, <c>u</c>pdate, <c>d</c>elete), the <c>key</c> as texts, and the row as it was <c>before</c>, as text.
/// </summary>
/// <param name="target">The table.</param>
/// <param name="rows">The new rows: a table, aliased <c>s</c>.</param>
/// <param name="list">The list: a table, aliased <c>w</c>.</param>
/// <param name="columns">Names of the columns of the new rows.</param>
internal abstract class TableWork(TargetTable target, SqlName rows, SqlName list, IReadOnlyList<string> columns)
{
    public TargetTable Target => target;

    public SqlName List => list;

    /// <summary>Quoted names of the columns of the new rows.</summary>
    protected IReadOnlyList<string> Columns { get; } = [.. columns.Select(name => SqlName.Column(name).ToString())];

    protected SqlName Rows => rows;

    protected SqlName Live => target.Name;

    /// <summary>Whether writing may be tried in another way where a value that must be unique stands in its own way.</summary>
    public abstract bool CanReplace { get; }

    /// <summary>Whether it must be, since there are values that no UPDATE may set.</summary>
    public virtual bool MustReplace => false;

    /// <summary>Whether the new rows have a value for a column; else the table gives them its default.</summary>
    public bool Writes(TargetColumn column) => Columns.Contains(column.Quoted);

    /// <summary>Deletes what is to be deleted.</summary>
    public string Delete => $"DELETE FROM {Live} AS t USING {list} AS w WHERE w.op = 'd' AND {Match("w", "t")}";

    /// <summary>The table as it will be: its columns, <c>_tidemark_key</c>, and <c>_tidemark_written</c>, whether the row is a new one.</summary>
    public string Final =>
        $"""
        (SELECT {string.Join(", ", target.Columns.Select(column => $"t.{column.Quoted}"))}, {KeyOf("t")} AS "_tidemark_key", FALSE AS "_tidemark_written"
        FROM {Live} AS t WHERE NOT {Has("t", "'c', 'u', 'd'")}
        UNION ALL
        SELECT {string.Join(", ", target.Columns.Select(column => (Writes(column) ? "s." : "t.") + column.Quoted))}, w.key, TRUE
        FROM {list} AS w JOIN {rows} AS s ON {New("w", "s")} LEFT JOIN {Live} AS t ON {Match("w", "t")} WHERE w.op IN ('c', 'u'))
        """;

    /// <summary>FROM and WHERE: the new rows <c>s</c> that are written, each with its row <c>w</c> of the list.</summary>
    public string Written => $"{list} AS w JOIN {rows} AS s ON {New("w", "s")} WHERE w.op IN ('c', 'u')";

    /// <summary>Writes the new rows, in one statement: foreign keys within it are looked at when it has ended.</summary>
    /// <param name="replaces">Whether rows whose unique values change are deleted and inserted rather than updated.</param>
    /// <param name="images">Where rows as they are after are kept by the statement itself; null where <see cref="Keep"/> does.</param>
    public abstract string Write(bool replaces, Images? images);

    /// <summary>Keeps the rows before and after, once they are written.</summary>
    public abstract string Keep(Images images);

    /// <summary>Condition: the list's row of an alias is about the live row of another.</summary>
    public abstract string Match(string list, string live);

    /// <summary>Condition: the list's row of an alias is about the new row of another.</summary>
    protected abstract string New(string list, string row);

    /// <summary>Key of a row, an array of texts.</summary>
    protected abstract string KeyOf(string alias);

    /// <summary>Condition: the list has a live row for some operations.</summary>
    public string Has(string live, string operations) => $"EXISTS (SELECT 1 FROM {list} AS w WHERE w.op IN ({operations}) AND {Match("w", live)})";
}

/// <summary>Where rows before and after are kept.</summary>
/// <param name="Table">The table for them.</param>
/// <param name="Position">The written table's place among those of the run.</param>
internal sealed record Images(SqlName Table, int Position)
{
    /// <summary>Begins the statement that keeps rows: position, op, key, before, after.</summary>
    public string Insert => $"INSERT INTO {Table} (position, op, key, before, after)";

    public string At => FormattableString.Invariant($"{Position}");
}
