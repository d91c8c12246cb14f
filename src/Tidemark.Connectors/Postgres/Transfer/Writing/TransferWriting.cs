using Npgsql;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// Does what the lists of several tables say, in a transaction that is open: deletes from those that refer to others to those that are referred to,
/// then writes the other way round. Whatever order that needs beyond this, foreign keys and unique values are given room for.
/// </summary>
/// <param name="connection">The connection with the transaction.</param>
/// <param name="works">The tables, those first that others refer to.</param>
internal sealed class TransferWriting(NpgsqlConnection connection, IReadOnlyList<TableWork> works)
{
    private TableWork? _current;

    /// <summary>What went of other tables along with deleted rows.</summary>
    public Dictionary<TableWork, IReadOnlyList<Cascade>> Cascades { get; } = [];

    /// <param name="images">Where rows are kept as they were and as they are; null where they are not.</param>
    /// <param name="cancellationToken">Takes all back.</param>
    /// <exception cref="TidemarkException"><c>transfer.rows_refused</c> (configuration), with the rows.</exception>
    public async Task WriteAsync(SqlName? images, CancellationToken cancellationToken)
    {
        var references = await TargetReference.ReadAsync(connection, works.Select(work => work.Target), cancellationToken);
        var relief = new ForeignKeyRelief(connection, works, references);
        var replacing = works.Where(work => work.MustReplace).ToHashSet();
        while (true)
        {
            await ExecuteAsync("SAVEPOINT tidemark_write; SET CONSTRAINTS ALL DEFERRED", cancellationToken);
            try
            {
                await relief.BeginAsync(replacing, cancellationToken);
                await TryAsync(replacing, images, cancellationToken);
                await ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
                await relief.EndAsync(cancellationToken);
                await ExecuteAsync("RELEASE SAVEPOINT tidemark_write", cancellationToken);
                return;
            }
            catch (PostgresException refused) when (PostgresErrors.RowProblem(refused, _current?.Target.Name.Name ?? "") is not null)
            {
                await ExecuteAsync("ROLLBACK TO SAVEPOINT tidemark_write", cancellationToken);
                // A unique value may only be in its own way: one row takes what another one lets go.
                var isTaken = refused.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation;
                if (isTaken && _current is { CanReplace: true } work && replacing.Add(work)) continue;
                throw await RefusedAsync(refused, references, cancellationToken);
            }
        }
    }

    private async Task TryAsync(HashSet<TableWork> replacing, SqlName? images, CancellationToken cancellationToken)
    {
        var kept = works.Select((work, at) => (Work: work, Images: images is { } table ? new Images(table, at) : null)).ToList();
        foreach (var (work, _) in Enumerable.Reverse(kept))
        {
            _current = work;
            Cascades[work] = await CascadeCount.OfAsync(connection, work, works, () => ExecuteAsync(work.Delete, cancellationToken), cancellationToken);
        }

        foreach (var (work, its) in kept)
        {
            _current = work;
            await ExecuteAsync(work.Write(replacing.Contains(work), its), cancellationToken);
        }

        _current = null;
        foreach (var (work, its) in kept)
            if (its is not null) await ExecuteAsync(work.Keep(its), cancellationToken);
    }

    private async Task<TidemarkException> RefusedAsync(
        PostgresException refused, IReadOnlyList<TargetReference> references, CancellationToken cancellationToken)
    {
        var found = await new RefusedRows(connection, works, references).FindAsync(cancellationToken);
        var said = PostgresErrors.RowProblem(refused, refused.TableName ?? _current?.Target.Name.Name ?? "")!;
        var problems = found.Count > 0 ? found : [said];
        return new TidemarkException(
            FailureKind.Configuration, "transfer.rows_refused",
            found.Count == RefusedRows.Most ? $"The target refuses {RefusedRows.Most} rows or more; nothing has changed. PostgreSQL says: {refused.MessageText}"
                : $"The target refuses {problems.Count} of the rows; nothing has changed. PostgreSQL says: {refused.MessageText}",
            refused)
        {
            Hint = "Correct the rows at the source, or the target's constraints, or transfer the tables that they need.",
            Problems = problems,
        };
    }

    private Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken) => connection.ExecuteAsync(sql, cancellationToken);
}
