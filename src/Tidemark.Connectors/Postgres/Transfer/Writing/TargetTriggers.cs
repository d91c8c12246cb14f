using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>Keeps the users' triggers of some tables from firing within a transaction. Each is afterwards as it was; nobody else sees it otherwise.</summary>
internal sealed class TargetTriggers(NpgsqlConnection connection)
{
    private readonly List<(SqlName Table, SqlName Trigger, bool IsAlways)> _off = [];

    /// <summary>Turns off those that would fire, of the tables and their partitions.</summary>
    /// <param name="tables">Their numbers.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    public async Task TurnOffAsync(IEnumerable<long> tables, CancellationToken cancellationToken)
    {
        await using (var command = SqlCommands.Command(
            connection,
            """
            SELECT DISTINCT n.nspname::text, c.relname::text, g.tgname::text, g.tgenabled = 'A'
            FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
                AND (c.oid::bigint = ANY (@tables) OR coalesce(pg_partition_root(c.oid)::bigint = ANY (@tables), FALSE)) ORDER BY 1, 2, 3
            """,
            ("tables", tables.ToArray())))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                _off.Add((new SqlName(reader.GetString(0), reader.GetString(1)), SqlName.Column(reader.GetString(2)), reader.GetBoolean(3)));
        }

        foreach (var (table, trigger, _) in _off) await connection.ExecuteAsync($"ALTER TABLE ONLY {table} DISABLE TRIGGER {trigger}", cancellationToken);
    }

    /// <summary>Turns them on again. Nothing may be deferred any more.</summary>
    public async Task TurnOnAsync(CancellationToken cancellationToken)
    {
        foreach (var (table, trigger, isAlways) in _off)
            await connection.ExecuteAsync($"ALTER TABLE ONLY {table} ENABLE {(isAlways ? "ALWAYS " : "")}TRIGGER {trigger}", cancellationToken);
    }
}
