using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Reads where sequences stand. They follow no snapshot: each stands at the value of the moment it is asked for, or further.</summary>
internal static class TransferSequences
{
    // Each is a table to the planner.
    private const int AtOnce = 200;

    // The CASE keeps the server from asking for the right before it knows that it is a sequence, which is an error.
    private const string Readable =
        """
        SELECT n.nspname::text, c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relpersistence <> 't'
            AND has_schema_privilege(n.oid, 'USAGE') AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT') END
        ORDER BY 1, 2
        """;

    /// <summary>Those that the user may read.</summary>
    public static async Task<IReadOnlyList<SequenceValue>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new List<SqlName>();
        await using (var command = new NpgsqlCommand(Readable, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) names.Add(new(reader.GetString(0), reader.GetString(1)));
        }

        var values = new List<SequenceValue>(names.Count);
        foreach (var some in names.Chunk(AtOnce))
        {
            var select = string.Join(" UNION ALL ", some.Select((name, at) => FormattableString.Invariant($"SELECT {at}, last_value, is_called FROM {name}")));
            await using var command = new NpgsqlCommand(select, connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) values.Add(new(some[reader.GetInt32(0)], reader.GetInt64(1), reader.GetBoolean(2)));
        }

        return values;
    }
}
