using System.Data.Common;
using System.Globalization;
using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.WritingBack;

/// <summary>
/// Puts a stream's rows into the outbox, in the transaction that writes them. Entries are made from the live rows
/// themselves, so that every entry has a row.
/// </summary>
public sealed class SqlWriteBack
{
    private readonly SqlDialect _dialect;
    private readonly SqlTable _live;
    private readonly WriteBack _plan;
    private readonly SqlName _outbox;
    private readonly string _pipeline;
    private readonly string _run;
    private readonly string _since;
    private readonly List<string> _values;

    internal SqlWriteBack(SqlDialect dialect, SqlTable live, WriteBack plan, LoadPlan load, DateTimeOffset since)
    {
        (_dialect, _live, _plan, _outbox) = (dialect, live, plan, SqlOutbox.NameIn(dialect.OwnSchema));
        (_pipeline, _run, _since) = (load.Pipeline, load.Run, since.ToString("O", CultureInfo.InvariantCulture));
        var texts = plan.Set.Values.SelectMany(TextTemplate.Parts).Where(part => !part.IsColumn).Select(part => part.Text);
        _values = [.. new[] { _pipeline, live.Stream.Name, _run, _since }.Concat(plan.Set.Keys).Concat(texts).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Parameters of <see cref="Insert"/>, in the order of their numbers from 0.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>Whether rows that the run read and had no need to write are of interest.</summary>
    public bool TakesUnchanged => _plan.When == WriteBackWhen.Read;

    /// <summary>A statement that makes entries of live rows, aliased <c>l</c>; a newer entry takes an older one's place.</summary>
    /// <param name="from">What the rows are taken from, e.g. <c>"t" AS l</c>.</param>
    /// <param name="where">SQL condition on the rows.</param>
    /// <param name="placeholder">A parameter by its number in <see cref="Values"/>.</param>
    public string Insert(string from, string where, Func<int, string> placeholder)
    {
        string Value(string value) => $"CAST({placeholder(_values.IndexOf(value))} AS text)";
        string Filled(string template) => string.Join(" || ", TextTemplate.Parts(template)
            .Select(part => part.IsColumn ? $"COALESCE(l.{SqlName.Column(part.Text)}, '')" : Value(part.Text))
            .DefaultIfEmpty("CAST('' AS text)"));
        var payload = string.Join(", ", _plan.Set.Select(field => $"{Value(field.Key)}, {Filled(field.Value)}"));
        return $"""
            INSERT INTO {_outbox} AS o (pipeline, stream, record_key, payload, run, since, state, attempts)
            SELECT {Value(_pipeline)}, {Value(_live.Stream.Name)}, {Key}, CAST({_dialect.JsonObject}({payload}) AS text),
                {Value(_run)}, {Value(_since)}, '{SqlOutbox.Pending}', 0
            FROM {from} WHERE {where}{Lacks(Filled)}
            ON CONFLICT (pipeline, stream, record_key) DO UPDATE SET
                {Replaced("payload")}, {Replaced("run")}, {Replaced("since")},
                payload = excluded.payload, run = excluded.run, since = excluded.since, state = excluded.state,
                attempts = CASE WHEN o.payload = excluded.payload THEN o.attempts ELSE 0 END
            """;
    }

    /// <summary>An entry that a later run replaces waits again if that run is undone.</summary>
    private static string Replaced(string column) =>
        $"replaced_{column} = CASE WHEN o.run = excluded.run THEN o.replaced_{column} WHEN o.state <> '{SqlOutbox.Undone}' THEN o.{column} END";

    private string Key => $"CAST(l.{_live.Key[0].Quoted} AS text)";

    /// <summary>Makes entries of what publishing has made live.</summary>
    /// <param name="connection">With the transaction that publishes.</param>
    /// <param name="staging">Staged rows, aliased <c>s</c>, that are still beside the live ones; null where they have become those.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    internal Task PublishedAsync(DbConnection connection, SqlTable? staging, CancellationToken cancellationToken)
    {
        var from = $"{_live.Name} AS l";
        var where = _live.IsPresent("l");
        if (staging is not null)
        {
            from += $" JOIN {staging.Name} AS s ON {_live.KeyMatch("s", "l")}";
            where += " AND s.\"_hash\" IS NOT NULL" + (TakesUnchanged ? "" : " AND s.\"_op\" >= 1");
        }

        return connection.ExecuteAsync(
            Insert(from, where, number => $"@v{number}"), cancellationToken,
            [.. _values.Select((value, number) => ($"v{number}", (object?)value))]);
    }

    /// <summary>Forgets entries of rows that are gone: their records are too, and would be refused for ever.</summary>
    internal Task ForgetGoneAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            $"""
            DELETE FROM {_outbox} AS o WHERE o.pipeline = @pipeline AND o.stream = @stream AND o.state <> '{SqlOutbox.Undone}' AND NOT EXISTS (
                SELECT 1 FROM {_live.Name} AS l WHERE {Key} = o.record_key AND {_live.IsPresent("l")})
            """,
            cancellationToken, ("pipeline", _pipeline), ("stream", _live.Stream.Name));

    /// <summary>
    /// SQL condition: the record, as read, lacks the values. Without it, each write-back would change the record, the change
    /// would be read, and the reading would be written back, for ever.
    /// </summary>
    private string Lacks(Func<string, string> filled)
    {
        var known = _plan.Set
            .Select(field => (Column: _live.Stream.Fields.FirstOrDefault(column => IsAsRead(column, field.Key)), field.Value))
            .ToList();
        return known.Any(each => each.Column is null) ? ""
            : $" AND NOT ({string.Join(" AND ", known.Select(each =>
                $"l.{SqlName.Column(each.Column!.Name)} IS NOT DISTINCT FROM {filled(each.Value)}"))})";
    }

    private static bool IsAsRead(Field column, string field) =>
        column is { Type: FieldType.Text, Ownership: null, IsDerived: false } && column.Path == field;
}
