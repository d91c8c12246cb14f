using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>A connection that replaces the rows of some tables in one transaction. Disposed of before its commit, it leaves them as they were.</summary>
/// <param name="connection">Its own from now on.</param>
/// <param name="tables">The tables, the largest first.</param>
/// <param name="triggers">Whether triggers fire.</param>
internal sealed class ReplaceWorker(NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, TriggerUse triggers) : IAsyncDisposable
{
    /// <summary>Statement that gives a transaction memory to sort and to compare with: a server's own 64 MB sort three million keys on disk.</summary>
    public const string Memory =
        """
        SELECT set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')), 268435456) / 1024 || 'kB', TRUE),
            set_config('max_parallel_maintenance_workers', greatest(current_setting('max_parallel_maintenance_workers')::int, 2)::text, TRUE)
        """;

    private NpgsqlTransaction? _transaction;

    /// <summary>The server's process of its connection.</summary>
    public int Process => connection.ProcessID;

    /// <summary>Begins the transaction, and takes the tables for itself.</summary>
    /// <exception cref="PostgresException">Somebody else has one of them for longer than <see cref="PostgresDatabase.ShortLockSeconds"/>.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockTurns.LockAsync(connection, tables, cancellationToken);
        await connection.ExecuteAsync(Memory, cancellationToken);
    }

    /// <summary>Lets go of the tables.</summary>
    public async Task RollbackAsync(CancellationToken cancellationToken)
    {
        if (_transaction is null) return;
        await _transaction.RollbackAsync(cancellationToken);
        await _transaction.DisposeAsync();
        _transaction = null;
    }

    /// <summary>Replaces the rows of its tables; nobody sees them before they are committed.</summary>
    /// <param name="parts">The rows of a table.</param>
    /// <param name="values">The columns that sequences give values to.</param>
    /// <param name="cancellationToken">Looked at between chunks.</param>
    public async Task<IReadOnlyList<LoadedTable>> LoadAsync(
        Func<TransferTable, IAsyncEnumerable<Stream>> parts, ILookup<long, string> values, CancellationToken cancellationToken)
    {
        var loaded = new List<LoadedTable>();
        foreach (var table in tables)
        {
            try
            {
                loaded.Add(await LoadAsync(table, parts(table.Table), [.. values[table.Oid]], cancellationToken));
            }
            catch (Exception failure) when (Explain(failure, table.Table) is { } explained)
            {
                throw explained;
            }
        }

        return loaded;
    }

    /// <summary>Makes the new rows those that everybody sees.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await ReplaceLedger.ReplacedAsync(connection, [.. tables.Select(table => table.Table)], cancellationToken);
        await _transaction!.CommitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<LoadedTable> LoadAsync(ReplacedTable table, IAsyncEnumerable<Stream> parts, string[] values, CancellationToken cancellationToken)
    {
        var before = await connection.CountAsync($"SELECT count(*) FROM {table.Rows}", cancellationToken);
        await connection.ExecuteAsync("SET LOCAL search_path = ''", cancellationToken);
        var indexes = await TableIndexes.OfAsync(connection, table, cancellationToken);
        await connection.ExecuteAsync("SET LOCAL search_path TO DEFAULT", cancellationToken);

        var silenced = new TargetTriggers(connection);
        if (triggers == TriggerUse.Off) await silenced.TurnOffAsync([table.Oid], cancellationToken);
        await indexes.DropAsync(connection, cancellationToken);
        // Rows that follow in the same transaction need no log where the server keeps a minimal one.
        await connection.ExecuteAsync($"TRUNCATE {(table.IsPartitioned ? "" : "ONLY ")}{table.Table.Name}", cancellationToken);
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            await using (part) await CopyAsync(table, part, cancellationToken);
        }

        // What a trigger has put off would keep the table from being altered.
        await connection.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        await indexes.MakeAsync(connection, cancellationToken);
        await connection.ExecuteAsync($"ANALYZE {table.Table.Name}", cancellationToken);
        await silenced.TurnOnAsync(cancellationToken);
        return await VerifyAsync(table, before, values, cancellationToken);
    }

    private Task<long> CopyAsync(ReplacedTable table, Stream part, CancellationToken cancellationToken)
    {
        var into = $"{table.Table.Name} ({new TransferSql(table.Table).Columns})";
        // Not frozen, the rows would not be there for a transaction that began before, which would find the table empty.
        return CopyIn.RunAsync(connection, into, table.Table.InText, part, cancellationToken, isFrozen: !table.IsPartitioned);
    }

    /// <summary>The checksum of the rows as the table has them, and how far its numbers go, in one reading.</summary>
    private async Task<LoadedTable> VerifyAsync(ReplacedTable table, long before, string[] values, CancellationToken cancellationToken)
    {
        var numbers = values.Select((name, at) => $", t.{SqlName.Column(name)}::bigint AS v{at}");
        var ends = values.Select((_, at) => $", max(h.v{at}), min(h.v{at})");
        await using var command = SqlCommands.Command(
            connection,
            // Without OFFSET the hash would be computed for each of the sums.
            $"""
            SELECT {SqlCommands.ChecksumColumns("h")}{string.Concat(ends)}
            FROM (SELECT {new TransferSql(table.Table).RowHash} AS "_hash"{string.Concat(numbers)} FROM {table.Rows} OFFSET 0) AS h
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var found = SqlCommands.ReadChecksum(reader);
        const int AfterChecksum = 3;
        return new(table, before, found, values.Select((name, at) => (name, at)).Where(value => !reader.IsDBNull(AfterChecksum + (2 * value.at))).ToDictionary(
            value => value.name,
            value => (reader.GetInt64(AfterChecksum + (2 * value.at)), reader.GetInt64(AfterChecksum + (2 * value.at) + 1)), StringComparer.Ordinal));
    }

    private static TidemarkException? Explain(Exception any, TransferTable table)
    {
        if (any is not NpgsqlException failure) return TransferErrors.Explain(table: null, any);
        if (PostgresErrors.RowProblem(failure, table.Label) is { } problem)
        {
            return new(FailureKind.Configuration, "transfer.rows_refused", $"The target refuses rows of {table.Label}: {problem.Message}", failure)
            {
                Hint = "The tables are as they were. Correct the rows at the source, or change what the target demands of them.",
                Problems = [problem],
            };
        }

        // What keeps a table from being emptied or its indexes from being dropped is a matter of how the tables hang together, not of this run.
        return failure.SqlState is not (PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectInUse or PostgresErrorCodes.DependentObjectsStillExist)
            ? PostgresErrors.Explain(failure)
            : new(FailureKind.Configuration, "transfer.entangled", $"{table.Label} cannot be replaced: {failure.Message}", failure)
            {
                Hint = "The tables are as they were. Write the rows as upsert or mirror.",
            };
    }
}

/// <summary>A table with its new rows, not yet committed.</summary>
/// <param name="Table">The table.</param>
/// <param name="Before">Rows that it had.</param>
/// <param name="Found">Checksum of those that it has.</param>
/// <param name="Ends">Greatest and least value of the columns that sequences give values to; none of an empty table.</param>
internal sealed record LoadedTable(ReplacedTable Table, long Before, Checksum Found, IReadOnlyDictionary<string, (long Greatest, long Least)> Ends);
