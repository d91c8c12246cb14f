using System.Globalization;
using System.Text;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>
/// Keeps the rows of a live table as they were before a run changed or deleted them, in a table beside it that has the
/// same columns. It is written in the transaction that changes the rows. Rows that a run creates need no image: they
/// carry its id and have none.
/// </summary>
/// <param name="dialect">The database's.</param>
/// <param name="live">The live table.</param>
/// <param name="key">Its key.</param>
/// <param name="run">The run that changes it.</param>
public sealed class SqlBeforeImages(SqlDialect dialect, SqlName live, IReadOnlyList<string> key, string run)
{
    /// <summary>What the run did to a row that it did not create.</summary>
    public const string Updated = "u";

    /// <inheritdoc cref="Updated"/>
    public const string Deleted = "d";

    /// <summary>What an undo or a restore did to a row that was not there. Only the key is kept.</summary>
    public const string Created = "c";

    // An after image: a row as an undo or a restore left it, under a run of its own.
    private const string After = "a";

    /// <summary>Columns that the table has beside those of the live one.</summary>
    public const int OwnColumns = 4;

    // The live table's key may be null in the application's rows, and is there once a run.
    private static readonly SqlName Number = SqlName.Column("_undo_id");

    private IReadOnlyList<string> _columns = [];

    public SqlName Table { get; } = NameOf(dialect, live);

    /// <summary>The run whose changes these are.</summary>
    public string Run => run;

    /// <summary>The live table's columns, the application's own too, but for those that the database computes; quoted.</summary>
    public IReadOnlyList<string> Columns => _columns;

    public static SqlName NameOf(SqlDialect dialect, SqlName live) => dialect.Own("_tidemark_before_" + live.Name);

    // A name of table and columns alone is another table's too: order_item and id, order and item_id.
    private string NameOfIndex => ColumnNames.Shorten(Table.Name, string.Create(
        CultureInfo.InvariantCulture, $"_{ContentHash.Of(Encoding.UTF8.GetBytes(string.Join('\0', key.Prepend(Table.Name)))) & 0xFFFFFF:x6}_key"));

    /// <summary>Those of them that an update may write, but for the key.</summary>
    internal IReadOnlyList<string> Updatable { get; private set; } = [];

    /// <summary>Makes the table, or lets it follow the live one.</summary>
    internal async Task EnsureAsync(ISqlSession session, CancellationToken cancellationToken)
    {
        var shape = await session.Rows.DescribeAsync(live, cancellationToken);
        var columns = shape?.Columns ?? [];
        var existing = await session.ColumnsAsync(Table, cancellationToken);
        _columns = [.. columns.Select(column => SqlName.Column(column.Name).ToString())];
        // A key of which the database overlooks something may have changed in just that.
        var loose = columns.Where(column => column.Overlooks is not null).Select(column => column.Name);
        var fixedColumns = key.Except(loose, dialect.Names).Concat(shape?.Counted ?? []).Select(column => SqlName.Column(column).ToString());
        Updatable = [.. _columns.Except(fixedColumns, dialect.Names)];
        if (existing.Count == 0)
        {
            var defined = columns.Select(column => $"{SqlName.Column(column.Name)} {dialect.ImageType(column)}").Append(dialect.Numbering(Number));
            await session.Connection.ExecuteAsync(
                $"""
                CREATE TABLE {Table} ({string.Join(", ", defined.Where(text => text.Length > 0))},
                    "_undo_run" text NOT NULL, "_undo_after" text, "_undo_op" text NOT NULL)
                """,
                cancellationToken);
        }
        else await FollowAsync(session, columns, existing, cancellationToken);

        // A restore identifies rows by the table's own key, which may differ; the stream's key may be null in the application's rows.
        if (columns.Count == 0 || await session.HasUniqueKeyAsync(Table, key.Append("_undo_run").ToHashSet(StringComparer.Ordinal), cancellationToken)) return;
        await session.Connection.ExecuteAsync(
            dialect.UniqueIndex(
                Table, NameOfIndex,
                $""" "_undo_run", {string.Join(", ", key.Select(part => SqlName.Column(part)))}"""),
            cancellationToken);
    }

    /// <summary>Gives the table the columns, and the columns the types, that the live one has got since.</summary>
    private async Task FollowAsync(
        ISqlSession session, IReadOnlyList<TableColumn> columns, IReadOnlyDictionary<string, TableColumn> existing,
        CancellationToken cancellationToken)
    {
        // Older versions had no numbers.
        if (dialect.Numbering(Number) is { Length: > 0 } numbering && !existing.ContainsKey(Number.Name))
            await session.Connection.ExecuteAsync($"ALTER TABLE {Table} ADD COLUMN {numbering}", cancellationToken);
        foreach (var wanted in columns)
        {
            var (column, type) = (SqlName.Column(wanted.Name), dialect.ImageType(wanted));
            var statement = !existing.TryGetValue(wanted.Name, out var there) ? $"ALTER TABLE {Table} ADD COLUMN {column} {type}"
                : there.Definition != type ? dialect.Retype(Table, column, type) : "";
            if (statement.Length > 0) await session.Connection.ExecuteAsync(statement, cancellationToken);
        }
    }

    /// <summary>
    /// A statement that keeps live rows, aliased <c>l</c>, that this run has not touched yet.
    /// </summary>
    /// <param name="from">What they are taken from, e.g. <c>"t" AS l</c>.</param>
    /// <param name="where">SQL condition on the rows.</param>
    /// <param name="operation">One of <see cref="Updated"/> and <see cref="Deleted"/>.</param>
    /// <param name="runParameter">The placeholder of the run's id.</param>
    public string Insert(string from, string where, string operation, string runParameter) =>
        InsertRows($"""{from} WHERE {where} AND l."_run" IS DISTINCT FROM {runParameter}""", operation, runParameter, runParameter);

    /// <summary>A statement that keeps whole rows, aliased <c>l</c>.</summary>
    /// <param name="from">SQL of the rows: the text after <c>FROM</c>.</param>
    /// <param name="operation">What is done to them.</param>
    /// <param name="run">SQL of the id that they are kept under.</param>
    /// <param name="after">SQL of what their column <c>_run</c> holds once it is done; <c>NULL</c> where they are gone.</param>
    internal string InsertRows(string from, string operation, string run, string after) =>
        Insert(_columns, "l", from, operation, run, after);

    /// <summary>A statement that keeps the keys of rows which are about to be created.</summary>
    /// <param name="alias">The alias that has the keys.</param>
    /// <param name="from">Which rows: what follows <c>FROM</c>.</param>
    /// <param name="run">SQL of the id that they are kept under.</param>
    /// <param name="after">SQL of what their column <c>_run</c> holds once they are there.</param>
    internal string InsertKeys(string alias, string from, string run, string after) =>
        Insert(key.Select(part => SqlName.Column(part).ToString()), alias, from, Created, run, after);

    private string Insert(IEnumerable<string> columns, string alias, string from, string operation, string run, string after) =>
        $"""
        INSERT INTO {Table} ({string.Join(", ", columns)}, "_undo_run", "_undo_after", "_undo_op")
        SELECT {string.Join(", ", columns.Select(column => $"{alias}.{column}"))}, {run}, {after}, '{operation}' FROM {from}
        """;

    /// <summary>A statement that notes of images which this run has taken already that their rows are now deleted.</summary>
    /// <param name="match">SQL condition on the images, aliased <c>m</c>.</param>
    /// <param name="runParameter">The placeholder of the run's id.</param>
    public string NoteDeleted(string match, string runParameter) =>
        $"""UPDATE {Table} AS m SET "_undo_op" = '{Deleted}' WHERE m."_undo_run" = {runParameter} AND {match}""";

    /// <summary>
    /// Keeps after images: rows as this run leaves them, where their <c>_run</c> does not show that it wrote them. For the
    /// end of its transaction.
    /// </summary>
    internal Task KeepAfterAsync(ISqlSession session, CancellationToken cancellationToken) =>
        session.Connection.ExecuteAsync(
            InsertRows(
                $"""
                {live} AS l WHERE EXISTS (
                    SELECT 1 FROM {Table} AS m WHERE m."_undo_run" = @run AND m."_undo_op" <> '{Deleted}' AND {Match("m", "l")})
                """,
                After, AfterOf("@run"), "NULL"),
            cancellationToken, ("run", run));

    /// <summary>SQL condition: the live row still equals the run's after image in some columns.</summary>
    internal string IsAsAfter(IEnumerable<string> columns, string alias, string runParameter) =>
        $"""
        EXISTS (SELECT 1 FROM {Table} AS a WHERE a."_undo_run" = {AfterOf(runParameter)} AND {Match("a", alias)}
            AND {Same(columns, "a", alias)})
        """;

    /// <summary>SQL condition: two aliases hold equal values in these columns. Compares text, as some types have no equality.</summary>
    internal static string Same(IEnumerable<string> columns, string left, string right) =>
        string.Join(" AND ", columns.Select(column =>
            $"CAST({left}.{column} AS text) IS NOT DISTINCT FROM CAST({right}.{column} AS text)"));

    /// <summary>SQL of the id that a run's after images are kept under. Databases that older versions wrote have it so.</summary>
    internal static string AfterOf(string runParameter) => $"{runParameter} || ' left'";

    /// <summary>SQL condition: two aliases name the same row.</summary>
    internal string Match(string left, string right) =>
        string.Join(" AND ", key.Select(part => $"{left}.{SqlName.Column(part)} = {right}.{SqlName.Column(part)}"));

    /// <summary>Forgets images of rows that were refused in the end, and so are as they were.</summary>
    internal Task DropUntouchedAsync(ISqlSession session, CancellationToken cancellationToken) =>
        session.Connection.ExecuteAsync(
            $"""
            DELETE FROM {Table} AS m WHERE m."_undo_run" = @run AND EXISTS (
                SELECT 1 FROM {live} AS l WHERE {Match("l", "m")} AND l."_run" IS DISTINCT FROM @run)
            """,
            cancellationToken, ("run", run));
}
