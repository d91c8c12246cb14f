using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// Makes foreign keys again that the ledger has, and proves the rows against them. A foreign key is there first, so that new rows keep it, and proven
/// then, which keeps nobody from writing: https://www.postgresql.org/docs/18/sql-altertable.html#SQL-ALTERTABLE-DESC-VALIDATE-CONSTRAINT.
/// </summary>
internal sealed class ForeignKeyRepair(TransferConnections connections, IReadOnlyList<TransferTable> tables)
{
    // The first server on which a partitioned table has a foreign key without proof.
    private const int UnprovenOnPartitioned = 18;

    private readonly ConcurrentBag<Problem> _problems = [];

    /// <summary>Makes and proves whatever is missing.</summary>
    /// <returns>A problem for each that rows break.</returns>
    public async Task<IReadOnlyList<Problem>> RunAsync(NpgsqlConnection connection, ReplaceLedger ledger, bool provesRows, CancellationToken cancellationToken)
    {
        foreach (var key in await ledger.MissingAsync(tables, cancellationToken)) await MakeAsync(connection, key, provesRows, cancellationToken);
        if (!provesRows) return [];
        // One relation after another would wait for nothing; two of one relation wait for each other.
        var unproven = (await ledger.UnprovenAsync(tables, cancellationToken)).GroupBy(key => key.Relation);
        await Parallel.ForEachAsync(
            unproven, new ParallelOptions { MaxDegreeOfParallelism = connections.Parallel, CancellationToken = cancellationToken }, async (keys, stop) => await ProveAsync([.. keys], stop));
        return [.. _problems.OrderBy(problem => problem.Subject, StringComparer.Ordinal).ThenBy(problem => problem.Message, StringComparer.Ordinal)];
    }

    private async Task MakeAsync(NpgsqlConnection connection, ForeignKey key, bool provesRows, CancellationToken cancellationToken)
    {
        var state = await BrokenRows.StateAsync(connection, key, cancellationToken);
        var mustProve = state.IsPartitioned && connection.PostgreSqlVersion.Major < UnprovenOnPartitioned;
        if (mustProve && !provesRows && !state.Exists) return;
        try
        {
            await LockTurns.TakeAsync(
                async () =>
                {
                    await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                    if (state.Label is not null && !state.Exists)
                    {
                        await connection.ExecuteAsync($"SET LOCAL lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'", cancellationToken);
                        await connection.ExecuteAsync(key.Add(mustProve), cancellationToken);
                        if (key.Describe is { } describe) await connection.ExecuteAsync(describe, cancellationToken);
                    }

                    if (state.Label is not null && key.IsProven && key.IsEnforced && !mustProve) await ReplaceLedger.MadeAsync(connection, key, cancellationToken);
                    else await ReplaceLedger.ForgetAsync(connection, key, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                },
                connections.OnWait, cancellationToken);
        }
        catch (TidemarkException broken) when (broken.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            _problems.Add(new(
                "transfer.rows_refused", $"table {state.Label}", $"Rows of {state.Label} break the foreign key {key.Name}, which is missing now: this server has none without proof on a partitioned table.",
                "Correct the rows, and transfer again."));
        }
    }

    private async Task ProveAsync(IReadOnlyList<ForeignKey> keys, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        foreach (var key in keys)
        {
            var state = await BrokenRows.StateAsync(connection, key, cancellationToken);
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync(ReplaceWorker.Memory, cancellationToken);
                if (state is { Exists: true, IsProven: false }) await ProveAsync(connection, key, state.RefersToParts, cancellationToken);
                await ReplaceLedger.ForgetAsync(connection, key, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
            catch (PostgresException broken) when (broken.SqlState == PostgresErrorCodes.ForeignKeyViolation)
            {
                var rows = await BrokenRows.FindAsync(connection, key, cancellationToken);
                _problems.Add(new(
                    "transfer.rows_refused", $"table {state.Label}",
                    string.Create(CultureInfo.InvariantCulture, $"{rows.Count} {(rows.Count == 1 ? "row" : "rows")} of {state.Label} refer to rows of {rows.Referenced} that are not there (foreign key {key.Name}): {string.Join("; ", rows.Shown)}{(rows.Count > rows.Shown.Count ? "; …" : "")}."),
                    "The foreign key holds for new rows only. Correct the rows, and transfer again."));
            }
        }
    }

    private static async Task ProveAsync(NpgsqlConnection connection, ForeignKey key, bool renews, CancellationToken cancellationToken)
    {
        // Servers leave the constraints for the partitions without proof when that of the whole is given.
        await connection.ExecuteAsync(renews ? key.Renew : key.Validate, cancellationToken);
        if (renews && key.Describe is { } describe) await connection.ExecuteAsync(describe, cancellationToken);
    }
}
