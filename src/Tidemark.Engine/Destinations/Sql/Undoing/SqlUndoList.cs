using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Undoing;

/// <summary>
/// The work list of an undo for one table: a temporary table of numbers, keys, and the operation for each row
/// (<c>_undo_op</c>).
/// </summary>
internal sealed class SqlUndoList(SqlDialect dialect, ISqlSession session, SqlName name, UndoEntry entry)
{
    private const int RowsAtOnce = 500;

    // Enough for a person to look at.
    private const int ShownRows = 100;

    public SqlName Name => name;

    private DbConnection Connection => session.Connection;

    private IReadOnlyList<string> Key => entry.Shape.Stream.Key;

    /// <summary>SQL condition: the live row <c>l</c> belongs to the list's row <c>w</c>.</summary>
    private string Match => string.Join(" AND ", Key.Select(SqlName.Column).Select(part => $"l.{part} = w.{part}"));

    /// <summary>Takes rows off the list that somebody has changed by other means.</summary>
    /// <param name="keys">As <see cref="CellText.OfKey"/> has them.</param>
    /// <param name="where">SQL condition on the rows, aliased <c>w</c>.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task PassOverAsync(
        IEnumerable<string> keys, string where, IReadOnlyList<(string Name, object? Value)> values, CancellationToken cancellationToken)
    {
        foreach (var some in keys.Chunk(RowsAtOnce))
        {
            var parameters = values.ToList();
            var rows = some.Select(key =>
            {
                IReadOnlyList<string> parts = Key.Count == 1
                    ? [key] : JsonSerializer.Deserialize(key, PlainJson.Default.IReadOnlyListString)!;
                return $"({string.Join(" AND ", Key.Zip(parts, Is))})";
            });
            await Connection.ExecuteAsync(
                $"""
                UPDATE {name} AS w SET "_undo_op" = 'pass_over', "_undo_reason" = 'Somebody has changed it since.'
                WHERE w."_undo_op" <> 'pass_over' AND ({string.Join(" OR ", rows)}) AND {where}
                """,
                cancellationToken, [.. parameters]);

            string Is(string part, string text)
            {
                var type = entry.Shape.Stream.Fields.First(field => field.Name == part).Type;
                var value = string.Create(CultureInfo.InvariantCulture, $"k{parameters.Count}");
                parameters.Add((value, type == FieldType.Boolean ? bool.Parse(text) : text));
                return $"w.{SqlName.Column(part)} = CAST(@{value} AS {dialect.TypeOf(type)})";
            }
        }
    }

    /// <summary>Takes rows off the list that would be removed and that other tables refer to: theirs might go along.</summary>
    public async Task PassOverReferredAsync(SqlName live, CancellationToken cancellationToken)
    {
        foreach (var reference in await session.Rows.ReferrersAsync(live, cancellationToken))
        {
            if (dialect.AreOne(reference.From, live)) continue;
            var refers = reference.Columns.Select(column => $"r.{SqlName.Column(column.From)} = l.{SqlName.Column(column.To)}");
            await Connection.ExecuteAsync(
                $"""
                UPDATE {name} AS w SET "_undo_op" = 'pass_over', "_undo_reason" = @reason WHERE w."_undo_op" = 'remove' AND EXISTS (
                    SELECT 1 FROM {live} AS l JOIN {reference.From} AS r ON {string.Join(" AND ", refers)} WHERE {Match})
                """,
                cancellationToken, ("reason", $"Another table refers to it: {reference.From.Name}."));
        }
    }

    /// <summary>Takes rows off the list that the database has kept although they were removed, e.g. by a trigger.</summary>
    public Task PassOverKeptAsync(SqlName live, CancellationToken cancellationToken) =>
        Connection.ExecuteAsync(
            $"""
            UPDATE {name} AS w SET "_undo_op" = 'pass_over', "_undo_reason" = 'The database does not let it go.'
            WHERE w."_undo_op" = 'remove' AND EXISTS (SELECT 1 FROM {live} AS l WHERE {Match})
            """,
            cancellationToken);

    /// <summary>
    /// Works a part of the list off. A row that a constraint refuses is tried again as long as others can be written, since
    /// a value that must be unique may have to move first; in the end it is passed over, and listed.
    /// </summary>
    /// <param name="operation">Operation for the rows.</param>
    /// <param name="statement">Does it to the rows numbered from <c>@low</c> to <c>@high</c>.</param>
    /// <param name="values">Its other parameters.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task<long> WorkOffAsync(
        string operation, string statement, (string Name, object? Value)[] values, CancellationToken cancellationToken)
    {
        var (done, open) = (0L, await NumbersAsync(operation, cancellationToken));
        var refused = new List<(long Number, Problem Reason)>();
        while (open.Length > 0)
        {
            refused.Clear();
            var exchanged = 0L;
            done += await Bisection.RunAsync<long>(
                TryAsync, open,
                part => Connection.ExecuteAsync(
                    statement, cancellationToken, [.. values, ("low", part.Span[0]), ("high", part.Span[^1])]),
                (number, reason) => refused.Add((number, reason)));
            if (refused.Count > 1 && operation == "restore"
                && await TryAsync(async () => exchanged = await ExchangeAsync(refused.ConvertAll(each => each.Number), statement, values, cancellationToken)) is null)
            {
                done += exchanged;
                refused.Clear();
            }

            if (refused.Count == open.Length) break;
            // The other way round, because what stood in the way of a row often comes after it.
            refused.Reverse();
            open = await RenumberAsync(refused, cancellationToken);
        }

        foreach (var (number, reason) in refused)
        {
            await Connection.ExecuteAsync(
                $"""UPDATE {name} SET "_undo_op" = 'pass_over', "_undo_reason" = @reason WHERE "_undo_n" = @number""",
                cancellationToken, ("reason", reason.Message), ("number", number));
        }

        return done;

        Task<Problem?> TryAsync(Func<Task> work) => SqlSavepoint.TryAsync(
            Connection, work, dialect, new SqlName(dialect.Schema, entry.Table), cancellationToken);
    }

    private async Task<long> ExchangeAsync(
        IReadOnlyList<long> numbers, string statement, (string Name, object? Value)[] values, CancellationToken cancellationToken)
    {
        var live = new SqlName(dialect.Schema, entry.Table);
        var unique = await session.ReleasableAsync(live, cancellationToken);
        var emptied = entry.Shape.Columns
            .Where(column => column.Ownership is null or { Owner: ColumnOwner.Source } && unique.Contains(column.Name) && !Key.Contains(column.Name))
            .Select(column => SqlName.Column(column.Name).ToString()).ToList();
        return await SqlExchange.RunAsync(
            Connection, statement, emptied,
            ($"UPDATE {live} AS l", $"""FROM {name} AS w WHERE w."_undo_n" BETWEEN @low AND @high AND {Match}"""), numbers, cancellationToken, values);
    }

    /// <summary>The rows that are passed over: how many, and the first of them.</summary>
    public async Task<(long Count, IReadOnlyList<UntouchedRow> Rows)> UntouchedAsync(CancellationToken cancellationToken)
    {
        var count = await Connection.CountAsync($"""SELECT count(*) FROM {name} WHERE "_undo_op" = 'pass_over'""", cancellationToken);
        var rows = new List<UntouchedRow>();
        var key = string.Join(" || ', ' || ", Key.Select(part => $"CAST({SqlName.Column(part)} AS text)"));
        await using var command = SqlCommands.Command(
            Connection, $"""SELECT {key}, "_undo_reason" FROM {name} WHERE "_undo_op" = 'pass_over' ORDER BY "_undo_n" LIMIT {ShownRows}""");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows.Add(new UntouchedRow(reader.GetString(0), reader.GetString(1)));
        return (count, rows);
    }

    private async Task<long[]> NumbersAsync(string operation, CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        await using var command = SqlCommands.Command(
            Connection, $"""SELECT "_undo_n" FROM {name} WHERE "_undo_op" = @operation ORDER BY "_undo_n" """, ("operation", operation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) numbers.Add(reader.GetInt64(0));
        return [.. numbers];
    }

    /// <summary>Numbers rows anew, above all others, so that no row that is done lies between them.</summary>
    private async Task<long[]> RenumberAsync(List<(long Number, Problem Reason)> rows, CancellationToken cancellationToken)
    {
        var highest = await Connection.CountAsync($"""SELECT COALESCE(max("_undo_n"), 0) FROM {name}""", cancellationToken);
        foreach (var some in Enumerable.Range(0, rows.Count).Chunk(RowsAtOnce))
        {
            await Connection.ExecuteAsync(
                $"""
                UPDATE {name} SET "_undo_n" = v.column2
                FROM (VALUES {string.Join(", ", some.Select(at => $"(@old{at}, @new{at})"))}) AS v WHERE "_undo_n" = v.column1
                """,
                cancellationToken,
                [.. some.SelectMany(at => new (string, object?)[] { ($"old{at}", rows[at].Number), ($"new{at}", highest + 1 + at) })]);
        }

        return [.. rows.Select((_, at) => highest + 1 + at)];
    }
}
