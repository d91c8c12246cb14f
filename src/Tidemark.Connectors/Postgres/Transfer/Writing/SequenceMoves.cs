using System.Data.Common;
using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>
/// Moves sequences on, so that none gives out a number again that a transferred row has: to the furthest of where the source's stands, where its own
/// stands, and the last number of the column that it numbers. Never back, and not back either where the transaction is taken back.
/// </summary>
internal static class SequenceMoves
{
    /// <param name="connection">The connection that has written the tables.</param>
    /// <param name="values">Where the source's sequences stand. Those that the target lacks are passed over.</param>
    /// <param name="tables">The written tables, whose sequences are moved whatever they are called.</param>
    /// <param name="cancellationToken">Cancels between sequences.</param>
    /// <exception cref="TidemarkException"><c>transfer.sequence_refused</c> (configuration): the user may not move some, which it names.</exception>
    public static async Task MoveAsync(
        NpgsqlConnection connection, IReadOnlyList<SequenceValue> values, IEnumerable<TargetTable> tables, CancellationToken cancellationToken)
    {
        var (moves, refused) = (new List<(SqlName Name, long Last, bool IsCalled)>(), new List<SqlName>());
        foreach (var sequence in await FindAsync(connection, values, tables, cancellationToken))
        {
            if (!sequence.IsReadable)
            {
                refused.Add(sequence.Name);
                continue;
            }

            var own = await StandAsync(connection, $"SELECT last_value, is_called FROM {sequence.Name}", cancellationToken);
            var goal = Further(sequence, own, values.FirstOrDefault(value => value.Name == sequence.Name) is { } value ? (value.Last, value.IsCalled) : own);
            if (sequence.Column is { } column)
            {
                var last = $"SELECT {(sequence.Step > 0 ? "max" : "min")}({SqlName.Column(column)})::bigint AS last FROM {sequence.Table}";
                goal = Further(sequence, goal, await StandAsync(connection, $"SELECT m.last, TRUE FROM ({last}) AS m WHERE m.last IS NOT NULL", cancellationToken) ?? goal);
            }

            if (goal == own || goal is not { } to) continue;
            if (sequence.IsWritable) moves.Add((sequence.Name, to.Last, to.IsCalled));
            else refused.Add(sequence.Name);
        }

        if (refused.Count > 0) throw Refused(refused);
        foreach (var (name, last, isCalled) in moves)
            await connection.ExecuteAsync("SELECT setval(@name::regclass, @last, @called)", cancellationToken, ("name", name.ToString()), ("last", last), ("called", isCalled));
    }

    private static TidemarkException Refused(List<SqlName> sequences) =>
        new(
            FailureKind.Configuration, "transfer.sequence_refused",
            $"The user may not move the sequences {string.Join(", ", sequences)}: the target would give new rows numbers that transferred rows have. Nothing has changed.")
        {
            Hint = "Grant the user SELECT and UPDATE on the sequences.",
        };

    /// <summary>The one that stands further; of two at the same value, the one that has given it out. Values that the sequence cannot have are passed over.</summary>
    private static (long Last, bool IsCalled)? Further(Sequence sequence, (long Last, bool IsCalled)? one, (long Last, bool IsCalled)? other)
    {
        if (one is not { } left || other is not { } right || right.Last < sequence.Least || right.Last > sequence.Most) return one;
        var order = sequence.Step > 0 ? right.Last.CompareTo(left.Last) : left.Last.CompareTo(right.Last);
        return order > 0 || (order == 0 && right.IsCalled) ? other : one;
    }

    private static async Task<(long Last, bool IsCalled)?> StandAsync(NpgsqlConnection connection, string select, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetBoolean(1)) : null;
    }

    private static async Task<List<Sequence>> FindAsync(
        NpgsqlConnection connection, IReadOnlyList<SequenceValue> values, IEnumerable<TargetTable> tables, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection,
            """
            SELECT n.nspname::text, c.relname::text, q.seqincrement, q.seqmin, q.seqmax, tn.nspname::text, t.relname::text, a.attname::text,
                has_sequence_privilege(c.oid, 'SELECT'), has_sequence_privilege(c.oid, 'UPDATE')
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_sequence AS q ON q.seqrelid = c.oid
            LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
                AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_class AS t ON t.oid = d.refobjid AND has_table_privilege(t.oid, 'SELECT') LEFT JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid AND a.atttypid::regtype::text IN ('smallint', 'integer', 'bigint')
            WHERE c.oid IN (SELECT to_regclass(s) FROM unnest(@names) AS s) OR d.refobjid::bigint = ANY (@tables)
            ORDER BY 1, 2
            """,
            ("names", values.Select(value => value.Name.ToString()).ToArray()), ("tables", tables.Select(table => table.Id).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Sequence>();
        while (await reader.ReadAsync(cancellationToken)) found.Add(Read(reader));
        return found;
    }

    private static Sequence Read(DbDataReader row) =>
        new(new SqlName(row.GetString(0), row.GetString(1)), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))
        {
            Table = row.IsDBNull(5) ? null : new SqlName(row.GetString(5), row.GetString(6)),
            Column = row.IsDBNull(7) ? null : row.GetString(7),
            IsReadable = row.GetBoolean(8),
            IsWritable = row.GetBoolean(9),
        };

    private sealed record Sequence(SqlName Name, long Step, long Least, long Most)
    {
        public SqlName? Table { get; init; }

        /// <summary>The column that it numbers, where that is one of whole numbers.</summary>
        public string? Column { get; init; }

        public bool IsReadable { get; init; }

        public bool IsWritable { get; init; }
    }
}
