using System.Data.Common;
using System.Globalization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>
/// Finds the rows that a run changed in a table: from the rows as they were, which the run kept, from the run's id in the rows that are there,
/// and from the rows that later runs kept with that id. Nothing is changed.
/// </summary>
internal sealed class SqlTouchedRows(SqlDialect dialect, ISqlSession session, TouchedQuery query)
{
    private const int FirstValue = 3;

    private DbConnection Connection => session.Connection;

    public async Task<TouchedTable> ReadAsync(CancellationToken cancellationToken)
    {
        var entry = await EntryAsync(cancellationToken);
        var live = new SqlName(dialect.Schema, entry?.Table ?? query.Table);
        var told = new TouchedTable(query.Stream, live.Name);
        if (await session.Rows.DescribeAsync(live, cancellationToken) is not { } shape) return told with { Exists = false };
        var key = entry?.Shape.Stream.Key ?? shape.Key;
        var existing = shape.Columns.Select(column => column.Name).ToHashSet(dialect.Names);
        if (key.Count == 0 || !existing.Contains("_run")) return told;
        var images = SqlBeforeImages.NameOf(dialect, live);
        var kept = await session.ColumnsAsync(images, cancellationToken);
        if (entry is not null && query.HasKept && !await KeepsAsync(images, kept, cancellationToken)) entry = null;
        var columns = Columns(entry, existing);
        var all = entry is null || kept.Count == 0 ? Stamped(live, key, columns, entry is null ? RowDeed.Written : RowDeed.Created)
            : Kept(new(live, images, key, columns, kept), entry, existing.Contains("_deleted_at") && kept.ContainsKey("_deleted_at"));
        told = await CountAsync(all, told with { IsKept = entry is not null }, cancellationToken);
        return told with { Rows = await RowsAsync(all, key, columns, cancellationToken) };
    }

    /// <summary>What is noted of the run; null for nothing.</summary>
    private async Task<UndoEntry?> EntryAsync(CancellationToken cancellationToken)
    {
        var log = new SqlUndoLog(Connection, dialect.OwnSchema);
        if (await session.KindAsync(log.Name, cancellationToken) is null) return null;
        return (await log.FindAsync(query.Pipeline, query.Run, cancellationToken)).FirstOrDefault(entry => entry.Stream == query.Stream);
    }

    private async Task<bool> KeepsAsync(SqlName images, IReadOnlyDictionary<string, TableColumn> kept, CancellationToken cancellationToken) =>
        kept.Count > 0 && await Connection.CountAsync(
            $"""SELECT count(*) FROM {images} WHERE "_undo_run" = @run""", cancellationToken, ("run", query.Run)) > 0;

    /// <summary>The columns that are shown: those that the run may have written, or all; the engine's own are of no interest.</summary>
    private static List<string> Columns(UndoEntry? entry, HashSet<string> existing)
    {
        if (entry is null or { Shape.IsRestore: true }) return [.. existing.Where(name => !ColumnNames.IsReserved(name))];
        var fields = entry.Shape.Stream.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return [.. entry.Shape.Columns.Select(column => column.Name).Union(entry.Shape.Stream.Key).Where(name => fields.Contains(name) && existing.Contains(name))];
    }

    /// <summary>Rows that carry the run's id now.</summary>
    private static string Stamped(SqlName live, IReadOnlyList<string> key, IReadOnlyList<string> columns, RowDeed deed) =>
        $"""
        SELECT {(int)deed} AS "_deed", 1 AS "_known"{Keys("l", key)}{Values(columns, _ => "NULL", column => $"l.{column}")}
        FROM {live} AS l WHERE l."_run" = @run
        """;

    /// <summary>Rows that the run kept as they were, beside the same rows as it left them; and those that it left and had not kept.</summary>
    private static string Kept(Tables tables, UndoEntry entry, bool marksDeleted)
    {
        var (key, columns) = (tables.Key, tables.Columns);
        var left = Left(tables, entry, marksDeleted);
        var gone = $"""CASE m."_undo_op" WHEN '{SqlBeforeImages.Deleted}' THEN {(int)RowDeed.Deleted} WHEN '{SqlBeforeImages.Created}' THEN {(int)RowDeed.Created} ELSE {(int)RowDeed.Updated} END""";
        var marked = marksDeleted ? $"""WHEN m."_deleted_at" IS NULL AND a."_marked" IS NOT NULL THEN {(int)RowDeed.Deleted}""" : "";
        var before = Values(columns, column => tables.IsKept(column) ? $"m.{column}" : "NULL", column => $"a.{column}");
        var changed =
            $"""
            SELECT CASE WHEN a."_there" IS NULL THEN {gone} {marked} WHEN m."_undo_op" = '{SqlBeforeImages.Created}' THEN {(int)RowDeed.Created}
                ELSE {(int)RowDeed.Updated} END AS "_deed",
                CASE WHEN a."_there" IS NULL AND m."_undo_op" <> '{SqlBeforeImages.Deleted}' THEN 0 ELSE 1 END AS "_known"{Keys("m", key)}{before}
            FROM {tables.Images} AS m LEFT JOIN ({left}) AS a ON {Match(key, "m", "a")} WHERE m."_undo_run" = @run
            """;
        return $"""
            {changed}
            UNION ALL
            SELECT {(int)RowDeed.Created}, 1{Keys("a", key)}{Values(columns, _ => "NULL", column => $"a.{column}")}
            FROM ({left}) AS a WHERE NOT EXISTS (SELECT 1 FROM {tables.Images} AS m WHERE m."_undo_run" = @run AND {Match(key, "m", "a")})
            """;
    }

    /// <summary>Rows as the run left them: live ones that still carry its id, and what the next run that changed them has kept.</summary>
    private static string Left(Tables tables, UndoEntry entry, bool marksDeleted)
    {
        var (key, images) = (tables.Key, tables.Images);
        if (entry.Shape.IsRestore || entry.Shape.IsUndo)
            return $"""SELECT {Row("n")} FROM {images} AS n WHERE n."_undo_run" = {SqlBeforeImages.AfterOf("@run")}""";
        string IsLater(string alias) =>
            $"""{alias}."_run" = @run AND {alias}."_undo_run" <> @run AND {alias}."_undo_op" IN ('{SqlBeforeImages.Updated}', '{SqlBeforeImages.Deleted}')""";
        return $"""
            SELECT {Row("l")} FROM {tables.Live} AS l WHERE l."_run" = @run
            UNION ALL
            SELECT {Row("n")} FROM {images} AS n WHERE {IsLater("n")}
                AND NOT EXISTS (SELECT 1 FROM {tables.Live} AS l WHERE l."_run" = @run AND {Match(key, "l", "n")})
                AND NOT EXISTS (SELECT 1 FROM {images} AS x WHERE {IsLater("x")} AND {Match(key, "x", "n")} AND x."_undo_run" < n."_undo_run")
            """;

        // As text, since an image may hold a column as another type than the table.
        string Row(string alias) => string.Join(", ", [
            "1 AS \"_there\"", $"{(marksDeleted ? $"CAST({alias}.\"_deleted_at\" AS text)" : "CAST(NULL AS text)")} AS \"_marked\"",
            .. key.Select(part => $"{alias}.{SqlName.Column(part)}"),
            .. tables.Columns.Except(key, StringComparer.Ordinal).Select(SqlName.Column).Select(column =>
                $"{(alias == "l" || tables.IsKept(column) ? $"CAST({alias}.{column} AS text)" : "CAST(NULL AS text)")} AS {column}"),
        ]);
    }

    private async Task<TouchedTable> CountAsync(string all, TouchedTable told, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            Connection, $"""SELECT "_deed", "_known", count(*) FROM ({all}) AS t GROUP BY "_deed", "_known" """, ("run", query.Run));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var count = Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture);
            told = Deed(reader) switch
            {
                RowDeed.Deleted => told with { Deleted = told.Deleted + count },
                RowDeed.Created => told with { Created = told.Created + count },
                RowDeed.Written => told with { Written = told.Written + count },
                _ => told with { Updated = told.Updated + count, HalfKnown = told.HalfKnown + (IsKnown(reader) ? 0 : count) },
            };
        }

        return told;
    }

    private async Task<IReadOnlyList<TouchedRow>> RowsAsync(
        string all, IReadOnlyList<string> key, List<string> columns, CancellationToken cancellationToken)
    {
        var (parts, rows) = (key.Select((_, at) => $"\"_k{at.ToString(CultureInfo.InvariantCulture)}\"").ToList(), new List<TouchedRow>());
        var values = string.Concat(columns.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $", \"_b{at}\", \"_a{at}\"")));
        await using var command = SqlCommands.Command(
            Connection,
            $"""
            SELECT "_deed", "_known", {string.Join(" || ', ' || ", parts.Select(part => $"CAST({part} AS text)"))}{values}
            FROM ({all}) AS t ORDER BY "_deed", {string.Join(", ", parts)} LIMIT {query.Limit.ToString(CultureInfo.InvariantCulture)}
            """,
            ("run", query.Run));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (deed, isKnown) = (Deed(reader), IsKnown(reader));
            // An undo or a restore keeps the key alone where no row was there.
            var fields = columns.Select((name, at) => new FieldChange(
                name, deed == RowDeed.Created ? null : Text(FirstValue + (2 * at)), Text(FirstValue + (2 * at) + 1)));
            rows.Add(new(deed, reader.GetString(2), [.. fields.Where(field => IsShown(field, deed, isKnown))]) { IsAfterKnown = isKnown });
        }

        return rows;

        string? Text(int at) => reader.IsDBNull(at) ? null : reader.GetString(at);
    }

    private static bool IsShown(FieldChange field, RowDeed deed, bool isKnown) =>
        deed == RowDeed.Updated && isKnown ? field.Before != field.After : (field.Before ?? field.After) is not null;

    private static RowDeed Deed(DbDataReader row) => (RowDeed)Convert.ToInt32(row.GetValue(0), CultureInfo.InvariantCulture);

    private static bool IsKnown(DbDataReader row) => Convert.ToInt32(row.GetValue(1), CultureInfo.InvariantCulture) == 1;

    private static string Keys(string alias, IReadOnlyList<string> key) => string.Concat(
        key.Select((part, at) => string.Create(CultureInfo.InvariantCulture, $", {alias}.{SqlName.Column(part)} AS \"_k{at}\"")));

    private static string Values(IReadOnlyList<string> columns, Func<SqlName, string> before, Func<SqlName, string> after) => string.Concat(
        columns.Select(SqlName.Column).Select((column, at) => string.Create(
            CultureInfo.InvariantCulture, $", CAST({before(column)} AS text) AS \"_b{at}\", CAST({after(column)} AS text) AS \"_a{at}\"")));

    private static string Match(IReadOnlyList<string> key, string left, string right) =>
        string.Join(" AND ", key.Select(SqlName.Column).Select(part => $"{left}.{part} = {right}.{part}"));

    /// <summary>The table, its kept rows, and what is shown of them.</summary>
    private sealed record Tables(
        SqlName Live, SqlName Images, IReadOnlyList<string> Key, IReadOnlyList<string> Columns, IReadOnlyDictionary<string, TableColumn> Kept)
    {
        public bool IsKept(SqlName column) => Kept.ContainsKey(column.Name);
    }
}
