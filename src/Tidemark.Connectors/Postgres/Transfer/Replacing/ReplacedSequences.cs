using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// The sequences that replaced tables take values from, and those that the source names: each is set to where the source's stands, but never behind the
/// values that the tables have.
/// </summary>
internal sealed class ReplacedSequences
{
    private readonly Dictionary<string, Sequence> _sequences = new(StringComparer.Ordinal);

    private ReplacedSequences()
    {
    }

    /// <summary>The columns that take values from a sequence, by the number of their table.</summary>
    public ILookup<long, string> Columns =>
        _sequences.Values.SelectMany(sequence => sequence.Takers).Distinct().ToLookup(taker => taker.Table, taker => taker.Column);

    /// <summary>Finds them in the target. One that it does not have is left out.</summary>
    public static async Task<ReplacedSequences> FindAsync(
        NpgsqlConnection connection, IReadOnlyList<ReplacedTable> tables, IReadOnlyList<SequenceValue> given, CancellationToken cancellationToken)
    {
        var found = new ReplacedSequences();
        await using var command = SqlCommands.Command(
            connection,
            $"""
            WITH {ReplacedTable.Tree},
                -- By an owner (serial, identity), and by a default that names it.
                takers AS (
                    SELECT d.objid AS sequence, tree.root, d.refobjid AS id, d.refobjsubid AS number FROM pg_depend AS d JOIN tree ON tree.id = d.refobjid
                    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                    UNION
                    SELECT d.refobjid, tree.root, f.adrelid, f.adnum FROM pg_depend AS d JOIN pg_attrdef AS f ON f.oid = d.objid JOIN tree ON tree.id = f.adrelid
                    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass)
            SELECT DISTINCT format('%I.%I', n.nspname, c.relname), o.place, s.seqincrement > 0, s.seqmin, s.seqmax, t.root::bigint, a.attname::text
            FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
                LEFT JOIN unnest(@given) WITH ORDINALITY AS o (name, place) ON to_regclass(o.name) = c.oid
                LEFT JOIN (takers AS t JOIN pg_attribute AS a ON a.attrelid = t.id AND a.attnum = t.number AND a.atttypid IN (20, 21, 23)) ON t.sequence = c.oid
            WHERE o.place IS NOT NULL OR t.root IS NOT NULL
            """,
            ("tables", tables.Select(table => table.Oid).ToArray()), ("given", given.Select(value => value.Name.ToString()).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            if (!found._sequences.TryGetValue(name, out var sequence))
            {
                var value = await reader.IsDBNullAsync(1, cancellationToken) ? null : given[(int)reader.GetInt64(1) - 1];
                found._sequences[name] = sequence = new(value is null ? null : new Place(value.Last, value.IsCalled), reader.GetBoolean(2), reader.GetInt64(3), reader.GetInt64(4), []);
            }

            if (!await reader.IsDBNullAsync(5, cancellationToken))
                sequence.Takers.Add((reader.GetInt64(5), reader.GetString(6)));
        }

        return found;
    }

    /// <summary>Sets them. Those that move on do so at once, which does no harm if the tables stay as they are; those that move back do so with a transaction.</summary>
    /// <returns>The transaction of them, to be committed after those of the tables: until then nobody takes a value of a sequence that moves back.</returns>
    public async Task<NpgsqlTransaction> SetAsync(NpgsqlConnection connection, IReadOnlyList<LoadedTable> loaded, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var (name, sequence) in _sequences)
        {
            var own = await PlaceAsync(connection, name, cancellationToken);
            var wanted = sequence.Wanted(own, loaded);
            if (sequence.IsAhead(wanted, own)) await SetAsync(connection, name, wanted, cancellationToken);
            else if (sequence.IsAhead(own, wanted)) await SetBackAsync(connection, transaction, name, wanted, cancellationToken);
        }

        return transaction;
    }

    private static async Task<Place> PlaceAsync(NpgsqlConnection connection, string sequence, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(connection, $"SELECT last_value, is_called FROM {sequence}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetInt64(0), reader.GetBoolean(1));
    }

    private static Task<long> SetAsync(NpgsqlConnection connection, string sequence, Place place, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("SELECT setval(@sequence::regclass, @last, @called)", cancellationToken, ("sequence", sequence), ("last", place.Last), ("called", place.IsCalled));

    private static async Task SetBackAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sequence, Place place, CancellationToken cancellationToken)
    {
        const string Before = "back";
        await transaction.SaveAsync(Before, cancellationToken);
        try
        {
            // A sequence that is restarted is a new one until the commit, and what is set of it goes with the transaction.
            await connection.ExecuteAsync($"SET LOCAL lock_timeout = '{PostgresDatabase.ShortLockSeconds}s'; ALTER SEQUENCE {sequence} RESTART", cancellationToken);
            await SetAsync(connection, sequence, place, cancellationToken);
        }
        catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Somebody has taken a value and waits for the tables. It stays ahead, which leaves a gap.
            await transaction.RollbackAsync(Before, cancellationToken);
        }
    }

    /// <summary>Where a sequence stands.</summary>
    private readonly record struct Place(long Last, bool IsCalled);

    /// <summary>A sequence of the target.</summary>
    /// <param name="Given">Where the source's stands; null where it has none of that name.</param>
    /// <param name="Rises">Whether its values grow.</param>
    /// <param name="Least">Least value that it can have.</param>
    /// <param name="Greatest">Greatest value that it can have.</param>
    /// <param name="Takers">The columns that take values from it.</param>
    private sealed record Sequence(Place? Given, bool Rises, long Least, long Greatest, List<(long Table, string Column)> Takers)
    {
        public Place Wanted(Place own, IReadOnlyList<LoadedTable> loaded)
        {
            var wanted = Given ?? own;
            foreach (var (table, column) in Takers)
            {
                if (!loaded.Single(one => one.Table.Oid == table).Ends.TryGetValue(column, out var ends)) continue;
                var last = new Place(Rises ? ends.Greatest : ends.Least, IsCalled: true);
                if (last.Last >= Least && last.Last <= Greatest && IsAhead(last, wanted)) wanted = last;
            }

            return wanted;
        }

        /// <summary>Whether the one place is farther than the other.</summary>
        public bool IsAhead(Place one, Place other) =>
            one.Last == other.Last ? one.IsCalled && !other.IsCalled : Rises ? one.Last > other.Last : one.Last < other.Last;
    }
}
