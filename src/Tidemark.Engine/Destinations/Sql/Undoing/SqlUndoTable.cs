using System.Data.Common;
using System.Globalization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>
/// Undoes a run in one table. A work list has an operation for each row: <c>restore</c> it, <c>insert</c> it again,
/// <c>remove</c> it, or <c>pass_over</c> it because it has changed since.
/// </summary>
internal sealed class SqlUndoTable(SqlDialect dialect, ISqlSession session, UndoPlan plan, UndoEntry entry)
{
    private readonly SqlName _live = new(dialect.Schema, entry.Table);
    private readonly SqlBeforeImages _images = new(dialect, new SqlName(dialect.Schema, entry.Table), entry.Shape.Stream.Key, plan.Undo);
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal) { ["run"] = plan.Run, ["undo"] = plan.Undo };
    private SqlUndoList? _list;
    private long _deleted;

    private DbConnection Connection => session.Connection;

    private SqlUndoList List => _list ?? throw new InvalidOperationException("The work list is made first.");

    private SqlName Work => List.Name;

    private (string Name, object? Value)[] Values => [.. _values.Select(value => (value.Key, value.Value))];

    /// <summary>SQL condition: a row differs from its after image. Needed where the run's id does not identify its rows.</summary>
    private string IsChanged => entry.Shape.IsRestore || entry.Shape.IsUndo
        ? $" OR NOT {_images.IsAsAfter(entry.Shape.IsRestore ? _images.Columns : Written.Select(Quoted), "l", "@run")}" : "";

    /// <summary>The columns that the run may have written, as far as they are there.</summary>
    private IEnumerable<UndoColumn> Written => entry.Shape.Columns.Where(column => _images.Columns.Contains(Quoted(column), dialect.Names));

    /// <summary>Quoted columns that hold exactly what they held before, whatever the application has done since.</summary>
    private IEnumerable<string> GivenBack => entry.Shape.IsRestore ? _images.Updatable
        : Written.Where(column => column.Ownership is null or { Owner: ColumnOwner.Source }).Select(Quoted);

    /// <summary>Makes the work list and keeps the rows as they are now, so that the undo can be undone.</summary>
    /// <param name="work">A name for the list that no other has.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task PrepareAsync(string work, CancellationToken cancellationToken)
    {
        _list = new SqlUndoList(dialect, session, new SqlName(dialect.TemporarySchema, work), entry);
        await _images.EnsureAsync(session, cancellationToken);
        var (images, key) = (_images.Table, string.Join(", ", entry.Shape.Stream.Key.Select(part => $"k.{SqlName.Column(part)}")));
        string Keys(string alias) => string.Join(", ", entry.Shape.Stream.Key.Select(part => $"{alias}.{SqlName.Column(part)}"));
        string Image(string alias) =>
            $"""EXISTS (SELECT 1 FROM {images} AS m WHERE m."_undo_run" = @run AND {_images.Match("m", alias)})""";
        await Connection.ExecuteAsync(
            $"""
            CREATE TEMPORARY TABLE {Work} AS
            SELECT row_number() OVER () AS "_undo_n", k."_undo_op", k."_undo_reason", {key} FROM (
                SELECT CASE WHEN l."_run" IS DISTINCT FROM m."_undo_after"{IsChanged} THEN 'pass_over'
                        WHEN m."_undo_op" = '{SqlBeforeImages.Created}' THEN 'remove' ELSE 'restore' END AS "_undo_op",
                    'It has changed since.' AS "_undo_reason", {Keys("m")}
                FROM {images} AS m JOIN {_live} AS l ON {_images.Match("m", "l")} WHERE m."_undo_run" = @run
                UNION ALL
                SELECT CASE WHEN m."_undo_op" = '{SqlBeforeImages.Deleted}' THEN 'insert' ELSE 'pass_over' END, 'It has been deleted since.', {Keys("m")}
                FROM {images} AS m WHERE m."_undo_run" = @run AND m."_undo_op" <> '{SqlBeforeImages.Created}'
                    AND NOT EXISTS (SELECT 1 FROM {_live} AS l WHERE {_images.Match("m", "l")})
                UNION ALL
                SELECT 'remove', '', {Keys("l")} FROM {_live} AS l WHERE l."_run" = @run AND NOT {Image("l")}
                UNION ALL
                SELECT 'pass_over', 'It was created by this run and has changed since.', {Keys("o")}
                FROM (SELECT DISTINCT {Keys("x")} FROM {images} AS x WHERE x."_run" = @run AND x."_undo_run" <> @run) AS o
                    JOIN {_live} AS l ON {_images.Match("o", "l")}
                WHERE l."_run" IS DISTINCT FROM @run AND NOT {Image("o")}) AS k
            """,
            cancellationToken, ("run", plan.Run));
        await Connection.ExecuteAsync(
            dialect.IndexTemporary(Work, "\"_undo_op\", " + string.Join(", ", entry.Shape.Stream.Key.Select(SqlName.Column))), cancellationToken);
        foreach (var rows in plan.ChangedRows.GetValueOrDefault(entry.Stream, []).GroupBy(row => row.Column))
            await List.PassOverAsync(rows.Select(row => row.Key), HasWritten(rows.Key), [("run", plan.Run)], cancellationToken);
        await SaveImagesAsync("remove", SqlBeforeImages.Deleted, "NULL", cancellationToken);
        await SaveImagesAsync("restore", SqlBeforeImages.Updated, """m."_run" """, cancellationToken);
        await Connection.ExecuteAsync(
            _images.InsertKeys(
                "m",
                $"""{Work} AS w JOIN {images} AS m ON {_images.Match("m", "w")} WHERE w."_undo_op" = 'insert' AND m."_undo_run" = @run""",
                "@undo", """m."_run" """),
            cancellationToken, Values);
    }

    /// <summary>Deletes the rows that the run created.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await List.PassOverReferredAsync(_live, cancellationToken);
        _deleted = await List.WorkOffAsync(
            "remove",
            $"""
            DELETE FROM {_live} AS l WHERE EXISTS (
                SELECT 1 FROM {Work} AS w WHERE w."_undo_op" = 'remove' AND w."_undo_n" BETWEEN @low AND @high AND {_images.Match("w", "l")})
            """,
            Values, cancellationToken);
        await List.PassOverKeptAsync(_live, cancellationToken);
    }

    /// <summary>Gives the other rows their earlier values, and reads them back.</summary>
    public async Task<UndoneTable> RestoreAsync(CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", _images.Columns);
        var restored = await List.WorkOffAsync(
            "restore",
            $"""
            UPDATE {_live} AS l SET {await AssignmentsAsync(cancellationToken)}
            FROM {Work} AS w JOIN {_images.Table} AS m ON {_images.Match("m", "w")}
            WHERE w."_undo_op" = 'restore' AND w."_undo_n" BETWEEN @low AND @high AND m."_undo_run" = @run AND {_images.Match("l", "w")}
            """,
            Values, cancellationToken);
        var created = await List.WorkOffAsync(
            "insert",
            $"""
            INSERT INTO {_live} ({columns}) {dialect.InsertAsGiven}
            SELECT {string.Join(", ", _images.Columns.Select(column => $"m.{column}"))}
            FROM {Work} AS w JOIN {_images.Table} AS m ON {_images.Match("m", "w")}
            WHERE w."_undo_op" = 'insert' AND w."_undo_n" BETWEEN @low AND @high AND m."_undo_run" = @run
            """,
            Values, cancellationToken);
        await Connection.ExecuteAsync(
            $"""
            DELETE FROM {_images.Table} AS m WHERE m."_undo_run" = @undo AND EXISTS (
                SELECT 1 FROM {Work} AS w WHERE w."_undo_op" = 'pass_over' AND {_images.Match("w", "m")})
            """,
            cancellationToken, Values);
        await dialect.SettleDeferredAsync(Connection, cancellationToken);
        await _images.KeepAfterAsync(session, cancellationToken);
        var (untouched, rows) = await List.UntouchedAsync(cancellationToken);
        var result = new UndoneTable(entry.Stream, entry.Table, restored, created, _deleted)
        {
            Untouched = untouched,
            UntouchedRows = rows,
            Cascades = entry.Shape.Cascades ?? [],
            Expected = await ChecksumAsync($"""{_images.Table} AS t ON t."_undo_run" = @run AND {_images.Match("t", "w")}""", cancellationToken),
            // A trigger may have made something else of what was written.
            Found = await ChecksumAsync(
                $"""
                {_live} AS t ON {_images.Match("t", "w")} JOIN {_images.Table} AS m
                ON m."_undo_run" = @run AND {_images.Match("m", "w")} AND {dialect.SameRow(GivenBack, "t", "m")}
                """,
                cancellationToken),
        };
        await Connection.ExecuteAsync($"DROP TABLE {Work}", cancellationToken);
        return result;
    }

    private Task<long> SaveImagesAsync(string work, string operation, string after, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            _images.InsertRows(
                $"""
                {Work} AS w JOIN {_live} AS l ON {_images.Match("l", "w")}
                    LEFT JOIN {_images.Table} AS m ON m."_undo_run" = @run AND {_images.Match("m", "w")}
                WHERE w."_undo_op" = @work
                """,
                operation, "@undo", after),
            cancellationToken, [.. Values, ("work", work)]);

    private Task<Checksum> ChecksumAsync(string joined, CancellationToken cancellationToken) =>
        Connection.ChecksumAsync(
            $"""SELECT t."_hash" FROM {Work} AS w JOIN {joined} WHERE w."_undo_op" IN ('restore', 'insert')""", cancellationToken, Values);

    /// <summary>
    /// What the run has written of a row; of one that it deleted and made anew, the application's columns went along.
    /// </summary>
    private async Task<string> AssignmentsAsync(CancellationToken cancellationToken)
    {
        if (entry.Shape.IsRestore) return string.Join(", ", _images.Updatable.Select(column => $"{column} = m.{column}"));
        var isMadeAnew = await Connection.CountAsync(
            $"""
            SELECT count(*) FROM {Work} AS w JOIN {_images.Table} AS m ON {_images.Match("m", "w")}
            WHERE w."_undo_op" = 'restore' AND m."_undo_run" = @run AND m."_undo_op" = '{SqlBeforeImages.Deleted}'
            """,
            cancellationToken, Values) > 0;
        var written = Written.ToDictionary(Quoted, Earlier, dialect.Names);
        return string.Join(", ", _images.Updatable.Where(column => isMadeAnew || written.ContainsKey(column)).Select(column =>
        {
            var earlier = written.GetValueOrDefault(column, $"l.{column}");
            return isMadeAnew
                ? $"""{column} = CASE WHEN m."_undo_op" = '{SqlBeforeImages.Deleted}' THEN m.{column} ELSE {earlier} END"""
                : $"{column} = {earlier}";
        }));
    }

    /// <summary>The earlier value of a column; what an application has changed since stays.</summary>
    private string Earlier(UndoColumn column)
    {
        var name = Quoted(column);
        return column.Ownership switch
        {
            { Owner: ColumnOwner.FillIfNull } => $"CASE WHEN m.{name} IS NULL THEN NULL ELSE l.{name} END",
            { IsConditional: true } owned => $"CASE WHEN {Taken(owned, "l")} OR {Taken(owned, "m")} THEN m.{name} ELSE l.{name} END",
            _ => $"m.{name}",
        };
    }

    /// <summary>SQL condition: the run has written this application's column of an older row. Always true for a column of the source.</summary>
    private string HasWritten(string? column)
    {
        if (column is null) return "TRUE";
        var isFilled = Written.Any(written => written is { Ownership.Owner: ColumnOwner.FillIfNull } && written.Name == column);
        return $"""
            EXISTS (SELECT 1 FROM {_images.Table} AS m WHERE m."_undo_run" = @run AND {_images.Match("m", "w")}
                {(isFilled ? $"AND m.{SqlName.Column(column)} IS NULL" : "")})
            """;
    }

    private static string Quoted(UndoColumn column) => SqlName.Column(column.Name).ToString();

    /// <summary>SQL condition: the rule of an application's column held for a row.</summary>
    private string Taken(ColumnOwnership ownership, string alias) =>
        "(" + string.Join(" AND ", ownership.When.Select(condition =>
            $"{alias}.{SqlName.Column(condition.Column)} IN ({string.Join(", ", condition.Values.Select(Parameter))})")) + ")";

    private string Parameter(string value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"v{_values.Count}");
        _values[name] = value;
        return "@" + name;
    }
}
