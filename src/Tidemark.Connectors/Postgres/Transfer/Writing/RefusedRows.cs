using System.Data.Common;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Which rows the constraints of the tables refuse, found by reading, before or after the server has named the first of them.</summary>
internal sealed class RefusedRows(NpgsqlConnection connection, IReadOnlyList<TableWork> works, IReadOnlyList<TargetReference> references)
{
    /// <summary>Rows that are named.</summary>
    public const int Most = 100;

    /// <summary>The constraints of all tables that are written.</summary>
    /// <param name="takesNothingAlong">Whether a row that others refer to is refused too where the server would take them along.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task<IReadOnlyList<RefusingRule>> RulesAsync(bool takesNothingAlong, CancellationToken cancellationToken)
    {
        var rules = new List<RefusingRule>();
        foreach (var reference in references.Where(reference => !reference.IsOfPeriods)) rules.AddRange(Of(reference, takesNothingAlong));
        foreach (var work in works)
        {
            rules.AddRange(work.Target.Columns.Where(column => column.IsNotNull && work.Writes(column)).Select(column => new RefusingRule(
                work, "postgres.not_null", $"Its column {column.Name} is null.", $"{Written(work)} AND f.{column.Quoted} IS NULL")));
            await foreach (var row in RowsAsync(
                "SELECT conname::text, pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = @table AND contype = 'c'", work, cancellationToken))
            {
                rules.Add(new(work, "postgres.check", $"It breaks the constraint {row.GetString(0)}.", $"{Written(work)} AND NOT ({row.GetString(1)})"));
            }

            await foreach (var row in RowsAsync(
                """
                SELECT x.relname::text, array(SELECT pg_get_indexdef(i.indexrelid, k, TRUE) FROM generate_series(1, i.indnkeyatts) AS k), coalesce(pg_get_expr(i.indpred, i.indrelid), 'TRUE')
                FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = @table AND i.indisunique
                """,
                work, cancellationToken))
            {
                rules.Add(Unique(work, row.GetString(0), (string[])row.GetValue(1), row.GetString(2)));
            }
        }

        return rules;
    }

    /// <summary>Rows that are refused: the first of them, a problem each.</summary>
    public async Task<IReadOnlyList<Problem>> FindAsync(CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        foreach (var rule in await RulesAsync(takesNothingAlong: false, cancellationToken))
        {
            if (problems.Count == Most) break;
            await AskAsync(
                FormattableString.Invariant($"SELECT DISTINCT array_to_string(r.key, ', ', '?') FROM ({rule.Keys}) AS r (key) ORDER BY 1 LIMIT {Most - problems.Count}"),
                key => problems.Add(rule.Refuses(key)), cancellationToken);
        }

        return problems;
    }

    /// <summary>Takes rows off the lists that a constraint would refuse, until none is left: what one of them leaves as it is may be in the way of another.</summary>
    /// <param name="passedOver">Hears of each: the table, the key, and why.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task PassOverAsync(Action<TableWork, string, string> passedOver, CancellationToken cancellationToken)
    {
        var rules = await RulesAsync(takesNothingAlong: true, cancellationToken);
        var found = true;
        while (found)
        {
            found = false;
            foreach (var rule in rules)
            {
                await AskAsync(
                    $"""
                    WITH r (key) AS (SELECT DISTINCT q.key FROM ({rule.Keys}) AS q (key)),
                        gone AS (DELETE FROM {rule.Work.List} AS w USING r WHERE w.key = r.key RETURNING w.key)
                    SELECT array_to_string(g.key, ', ', '?') FROM gone AS g ORDER BY 1
                    """,
                    key =>
                    {
                        found = true;
                        passedOver(rule.Work, key, rule.Message);
                    },
                    cancellationToken);
            }
        }
    }

    private async Task AskAsync(string select, Action<string> row, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SAVEPOINT tidemark_rule", cancellationToken);
        try
        {
            await using var command = SqlCommands.Command(connection, select);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) row(reader.GetString(0));
        }
        catch (PostgresException unreadable) when (unreadable.SqlState is ['4', '2', ..])
        {
            // A condition that speaks of more than columns: the server alone can look at it.
            await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT tidemark_rule", cancellationToken);
        }
    }

    private IEnumerable<RefusingRule> Of(TargetReference reference, bool takesNothingAlong)
    {
        var from = works.FirstOrDefault(work => work.Target.Name == reference.From);
        var to = works.FirstOrDefault(work => work.Target.Name == reference.To);
        var parents = $"SELECT 1 FROM {to?.Final ?? reference.To.ToString()} AS p WHERE {reference.Joins("f", "p")}";
        if (from is not null)
        {
            yield return new(
                from, "postgres.foreign_key", $"It refers to a row that is not in {reference.To.Name} (constraint {reference.Name}).",
                $"{Written(from)} AND {string.Join(" AND ", reference.Columns.Select(column => $"f.{column.Own} IS NOT NULL"))} AND NOT EXISTS ({parents})");
        }

        if (to is not null && (from is not null || takesNothingAlong || reference.Refuses))
        {
            yield return new(
                to, "postgres.foreign_key", $"Another table refers to it: {reference.From.Name} (constraint {reference.Name}).",
                $"""
                SELECT w.key FROM {to.List} AS w JOIN {to.Target.Name} AS t ON {to.Match("w", "t")}
                WHERE w.op = 'd' AND EXISTS (SELECT 1 FROM {from?.Final ?? reference.From.ToString()} AS f WHERE {reference.Joins("f", "t")})
                    AND NOT EXISTS (SELECT 1 FROM {to.Final} AS p WHERE {string.Join(" AND ", reference.Columns.Select(column => $"p.{column.Other} = t.{column.Other}"))})
                """);
        }
    }

    private static RefusingRule Unique(TableWork work, string index, string[] parts, string condition)
    {
        var values = string.Join(", ", parts.Select((part, at) => FormattableString.Invariant($"{part} AS v{at}")));
        var rows = $"""SELECT "_tidemark_key" AS key, "_tidemark_written" AS written, {values} FROM {work.Final} AS f WHERE {condition}""";
        var same = string.Join(" AND ", parts.Select((_, at) => FormattableString.Invariant($"a.v{at} = b.v{at}")));
        return new(work, "postgres.unique", $"Another row has the same values ({index}).", $"SELECT a.key FROM ({rows}) AS a JOIN ({rows}) AS b ON {same} AND a.key <> b.key WHERE a.written");
    }

    private static string Written(TableWork work) => $"""SELECT f."_tidemark_key" FROM {work.Final} AS f WHERE f."_tidemark_written" """;

    private async IAsyncEnumerable<DbDataReader> RowsAsync(
        string sql, TableWork work, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, sql, ("table", work.Target.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return reader;
    }
}

/// <summary>A constraint that may refuse rows.</summary>
/// <param name="Work">The table of the rows.</param>
/// <param name="Code">Code of the problem, e.g. <c>postgres.unique</c>.</param>
/// <param name="Message">What is wrong with a row, in a sentence.</param>
/// <param name="Keys">SQL that selects the keys of the rows, each an array of texts.</param>
internal sealed record RefusingRule(TableWork Work, string Code, string Message, string Keys)
{
    /// <summary>The problem of one row.</summary>
    public Problem Refuses(string key) => new(Code, $"table {Work.Target.Name.Name}, row {key}", Message);
}
