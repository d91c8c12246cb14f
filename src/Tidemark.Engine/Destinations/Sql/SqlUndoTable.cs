using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql;

/// <summary>
/// Takes back what a run did to one table. A work list says of each row what is to be done: <c>restore</c> it,
/// <c>insert</c> it again, <c>remove</c> it, or leave it because it has changed since.
/// </summary>
internal sealed class SqlUndoTable(SqlDialect dialect, ISqlSession session, UndoPlan plan, UndoEntry entry)
{
    private const int KeysAtOnce = 500;

    // Enough for a person to look at.
    private const int ShownRows = 100;

    private readonly SqlName _live = new(dialect.Schema, entry.Table);
    private readonly SqlBeforeImages _images = new(new SqlName(dialect.Schema, entry.Table), entry.Shape.Stream.Key, plan.Undo);
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal) { ["run"] = plan.Run, ["undo"] = plan.Undo };
    private SqlName _work;
    private long _removed;

    private DbConnection Connection => session.Connection;

    private (string Name, object? Value)[] Values => [.. _values.Select(value => (value.Key, value.Value))];

    /// <summary>Of a row that the run's id does not tell from others: that it is not what the run left.</summary>
    private string IsChanged => entry.Shape.IsRestore ? $" OR NOT {_images.IsAsLeft("l", "@run")}" : "";

    /// <summary>Makes the work list and keeps the rows as they are now, so that the undo can be undone.</summary>
    /// <param name="work">A name for the list that no other has.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task PrepareAsync(string work, CancellationToken cancellationToken)
    {
        _work = new SqlName(dialect.TemporarySchema, work);
        await _images.EnsureAsync(session, cancellationToken);
        var (images, key) = (_images.Table, string.Join(", ", entry.Shape.Stream.Key.Select(part => $"k.{SqlName.Column(part)}")));
        string Keys(string alias) => string.Join(", ", entry.Shape.Stream.Key.Select(part => $"{alias}.{SqlName.Column(part)}"));
        string Image(string alias) =>
            $"""EXISTS (SELECT 1 FROM {images} AS m WHERE m."_undo_run" = @run AND {_images.Match("m", alias)})""";
        await Connection.ExecuteAsync(
            $"""
            CREATE TEMPORARY TABLE {_work} AS
            SELECT row_number() OVER () AS n, k.op, k.reason, {key} FROM (
                SELECT CASE WHEN l."_run" IS DISTINCT FROM m."_undo_after"{IsChanged} THEN 'leave'
                        WHEN m."_undo_op" = 'c' THEN 'remove' ELSE 'restore' END AS op,
                    'It has changed since.' AS reason, {Keys("m")}
                FROM {images} AS m JOIN {_live} AS l ON {_images.Match("m", "l")} WHERE m."_undo_run" = @run
                UNION ALL
                SELECT CASE WHEN m."_undo_op" = 'd' THEN 'insert' ELSE 'leave' END, 'It has been deleted since.', {Keys("m")}
                FROM {images} AS m WHERE m."_undo_run" = @run AND m."_undo_op" <> 'c'
                    AND NOT EXISTS (SELECT 1 FROM {_live} AS l WHERE {_images.Match("m", "l")})
                UNION ALL
                SELECT 'remove', '', {Keys("l")} FROM {_live} AS l WHERE l."_run" = @run AND NOT {Image("l")}
                UNION ALL
                SELECT 'leave', 'It was created by this run and has changed since.', {Keys("o")}
                FROM (SELECT DISTINCT {Keys("x")} FROM {images} AS x WHERE x."_run" = @run AND x."_undo_run" <> @run) AS o
                    JOIN {_live} AS l ON {_images.Match("o", "l")}
                WHERE l."_run" IS DISTINCT FROM @run AND NOT {Image("o")}) AS k
            """,
            cancellationToken, ("run", plan.Run));
        await Connection.ExecuteAsync(
            dialect.IndexTemporary(_work, "op, " + string.Join(", ", entry.Shape.Stream.Key.Select(SqlName.Column))), cancellationToken);
        foreach (var keys in plan.ChangedRows.GetValueOrDefault(entry.Stream, []).Chunk(KeysAtOnce))
            await LeaveAsync(keys, cancellationToken);
        await RememberAsync("remove", SqlBeforeImages.Deleted, "NULL", cancellationToken);
        await RememberAsync("restore", SqlBeforeImages.Updated, """m."_run" """, cancellationToken);
        await Connection.ExecuteAsync(
            $"""
            INSERT INTO {images} ({string.Join(", ", entry.Shape.Stream.Key.Select(part => SqlName.Column(part)))}, "_undo_run", "_undo_after", "_undo_op")
            SELECT {Keys("m")}, @undo, m."_run", '{SqlBeforeImages.Created}'
            FROM {_work} AS w JOIN {images} AS m ON {_images.Match("m", "w")} WHERE w.op = 'insert' AND m."_undo_run" = @run
            """,
            cancellationToken, Values);
    }

    /// <summary>Deletes the rows that the run created.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken) =>
        _removed = await ApplyAsync(
            "remove",
            $"""
            DELETE FROM {_live} AS l WHERE EXISTS (
                SELECT 1 FROM {_work} AS w WHERE w.op = 'remove' AND w.n BETWEEN @low AND @high AND {_images.Match("w", "l")})
            """,
            cancellationToken);

    /// <summary>Gives the other rows their earlier values, and reads them back.</summary>
    public async Task<UndoneTable> RestoreAsync(CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", _images.Columns);
        var restored = await ApplyAsync(
            "restore",
            $"""
            UPDATE {_live} AS l SET {await AssignmentsAsync(cancellationToken)}
            FROM {_work} AS w JOIN {_images.Table} AS m ON {_images.Match("m", "w")}
            WHERE w.op = 'restore' AND w.n BETWEEN @low AND @high AND m."_undo_run" = @run AND {_images.Match("l", "w")}
            """,
            cancellationToken);
        var inserted = await ApplyAsync(
            "insert",
            $"""
            INSERT INTO {_live} ({columns}) {dialect.InsertAsGiven}
            SELECT {string.Join(", ", _images.Columns.Select(column => $"m.{column}"))}
            FROM {_work} AS w JOIN {_images.Table} AS m ON {_images.Match("m", "w")}
            WHERE w.op = 'insert' AND w.n BETWEEN @low AND @high AND m."_undo_run" = @run
            """,
            cancellationToken);
        await Connection.ExecuteAsync(
            $"""
            DELETE FROM {_images.Table} AS m WHERE m."_undo_run" = @undo AND EXISTS (
                SELECT 1 FROM {_work} AS w WHERE w.op = 'leave' AND {_images.Match("w", "m")})
            """,
            cancellationToken, Values);
        if (entry.Shape.IsRestore) await _images.KeepLeftAsync(session, cancellationToken);
        var (left, rows) = await LeftAsync(cancellationToken);
        var result = new UndoneTable(entry.Stream, entry.Table, restored, inserted, _removed)
        {
            Left = left,
            LeftRows = rows,
            Expected = await ChecksumAsync($"""{_images.Table} AS t ON t."_undo_run" = @run AND {_images.Match("t", "w")}""", cancellationToken),
            Found = await ChecksumAsync($"{_live} AS t ON {_images.Match("t", "w")}", cancellationToken),
        };
        await Connection.ExecuteAsync($"DROP TABLE {_work}", cancellationToken);
        return result;
    }

    /// <summary>Takes rows off the list that somebody has changed by other means.</summary>
    /// <param name="keys">As <see cref="CellText.OfKey"/> has them.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    private Task<long> LeaveAsync(string[] keys, CancellationToken cancellationToken)
    {
        var columns = entry.Shape.Stream.Key.Select(part => $"CAST({SqlName.Column(part)} AS text)").ToList();
        var values = new List<(string, object?)>();
        var rows = keys.Select((key, row) =>
        {
            var parts = columns.Count == 1 ? [key] : JsonSerializer.Deserialize<string[]>(key)!;
            return $"({string.Join(" AND ", columns.Zip(parts, (column, part) =>
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"k{values.Count}");
                values.Add((name, part));
                return $"{column} = @{name}";
            }))})";
        });
        return Connection.ExecuteAsync(
            $"""
            UPDATE {_work} SET op = 'leave', reason = 'Somebody has changed it since.'
            WHERE op <> 'leave' AND ({string.Join(" OR ", rows)})
            """,
            cancellationToken, [.. values]);
    }

    private Task<long> RememberAsync(string work, string operation, string after, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"""
            INSERT INTO {_images.Table} ({string.Join(", ", _images.Columns)}, "_undo_run", "_undo_after", "_undo_op")
            SELECT {string.Join(", ", _images.Columns.Select(column => $"l.{column}"))}, @undo, {after}, '{operation}'
            FROM {_work} AS w JOIN {_live} AS l ON {_images.Match("l", "w")}
                LEFT JOIN {_images.Table} AS m ON m."_undo_run" = @run AND {_images.Match("m", "w")}
            WHERE w.op = @work
            """,
            cancellationToken, [.. Values, ("work", work)]);

    private Task<Checksum> ChecksumAsync(string joined, CancellationToken cancellationToken) =>
        Connection.ChecksumAsync(
            $"""SELECT t."_hash" FROM {_work} AS w JOIN {joined} WHERE w.op IN ('restore', 'insert')""", cancellationToken, Values);

    /// <summary>The columns that the run may have written; those that an application has changed since are not among them.</summary>
    private async Task<string> AssignmentsAsync(CancellationToken cancellationToken)
    {
        if (entry.Shape.IsRestore)
        {
            var key = entry.Shape.Stream.Key.Select(part => SqlName.Column(part).ToString());
            return string.Join(", ", _images.Columns.Except(key).Select(column => $"{column} = m.{column}"));
        }

        var columns = await session.ColumnsAsync(_live, cancellationToken);
        return string.Join(", ", entry.Shape.Columns.Where(column => columns.ContainsKey(column.Name)).Select(column =>
        {
            var name = SqlName.Column(column.Name);
            return column.Ownership switch
            {
                { Owner: ColumnOwner.FillIfNull } => $"{name} = CASE WHEN m.{name} IS NULL THEN NULL ELSE l.{name} END",
                { IsConditional: true } owned => $"{name} = CASE WHEN {Taken(owned, "l")} OR {Taken(owned, "m")} THEN m.{name} ELSE l.{name} END",
                _ => $"{name} = m.{name}",
            };
        }));
    }

    /// <summary>That the rule of an application's column held for a row.</summary>
    private string Taken(ColumnOwnership ownership, string alias) =>
        "(" + string.Join(" AND ", ownership.When.Select(condition =>
            $"{alias}.{SqlName.Column(condition.Column)} IN ({string.Join(", ", condition.Values.Select(Parameter))})")) + ")";

    private string Parameter(string value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"v{_values.Count}");
        _values[name] = value;
        return "@" + name;
    }

    /// <summary>Works a part of the list off; a row that a constraint refuses is left, and listed.</summary>
    private async Task<long> ApplyAsync(string work, string statement, CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        await using (var command = SqlCommands.Command(
            Connection, $"SELECT w.n FROM {_work} AS w WHERE w.op = @work ORDER BY w.n", ("work", work)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) numbers.Add(reader.GetInt64(0));
        }

        var done = 0L;
        var refused = new List<(long Number, Problem Reason)>();
        await SqlBisection.RunAsync<long>(
            Connection, numbers.ToArray(),
            async part => done += await Connection.ExecuteAsync(
                statement, cancellationToken, [.. Values, ("low", part.Span[0]), ("high", part.Span[^1])]),
            failure => dialect.RowProblem(failure, entry.Table), (number, reason) => refused.Add((number, reason)), cancellationToken);
        foreach (var (number, reason) in refused)
        {
            await Connection.ExecuteAsync(
                $"UPDATE {_work} SET op = 'leave', reason = @reason WHERE n = @number",
                cancellationToken, ("reason", reason.Message), ("number", number));
        }

        return done;
    }

    private async Task<(long Count, IReadOnlyList<LeftRow> Rows)> LeftAsync(CancellationToken cancellationToken)
    {
        var count = await Connection.CountAsync($"SELECT count(*) FROM {_work} WHERE op = 'leave'", cancellationToken);
        var rows = new List<LeftRow>();
        var key = string.Join(" || ', ' || ", entry.Shape.Stream.Key.Select(part => $"CAST({SqlName.Column(part)} AS text)"));
        await using var command = SqlCommands.Command(
            Connection, $"SELECT {key}, reason FROM {_work} WHERE op = 'leave' ORDER BY n LIMIT {ShownRows}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows.Add(new LeftRow(reader.GetString(0), reader.GetString(1)));
        return (count, rows);
    }
}
