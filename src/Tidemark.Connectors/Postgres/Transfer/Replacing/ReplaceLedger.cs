using Npgsql;
using Tidemark.Connectors.Postgres.Transfer.Writing;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// What a replace has taken away and must give back, kept in the target itself: the foreign keys that it dropped, and which of the tables have
/// their new rows. Whatever is in it when nobody replaces the tables was left by a run that came to no end.
/// </summary>
internal sealed class ReplaceLedger(NpgsqlConnection connection)
{
    private const string Which = "relation = @relation AND name = @name";

    /// <summary>Notes that a run begins to replace tables, and what it drops. What an earlier run has left of them is its own from now on.</summary>
    public async Task BeginAsync(string run, IReadOnlyList<TransferTable> tables, IReadOnlyList<ForeignKey> dropped, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {TransferSchema.Replaced} (table_name, run, is_new) SELECT name, @run, FALSE FROM unnest(@names) AS n (name)
            ON CONFLICT (table_name) DO UPDATE SET run = excluded.run, is_new = FALSE, began_at = excluded.began_at
            """,
            cancellationToken, ("run", run), ("names", Names(tables)));
        foreach (var key in dropped)
        {
            // One that rows have broken was proven once, and is to be again.
            await connection.ExecuteAsync(
                $"""
                INSERT INTO {TransferSchema.ForeignKeys} AS k ({ForeignKey.Columns}) VALUES (@table, @relation, @name, @definition, @proven, @describe)
                ON CONFLICT (relation, name) DO UPDATE
                    SET table_name = excluded.table_name, definition = excluded.definition, is_proven = excluded.is_proven OR k.is_proven, describe = excluded.describe,
                        is_back = FALSE
                """,
                cancellationToken, ("table", key.Table), ("relation", key.Relation), ("name", key.Name), ("definition", key.Definition),
                ("proven", key.IsProven), ("describe", key.Describe));
        }
    }

    /// <summary>Notes that tables have their new rows, once the transaction of these rows is committed.</summary>
    public static Task ReplacedAsync(NpgsqlConnection writer, IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        writer.ExecuteAsync($"UPDATE {TransferSchema.Replaced} SET is_new = TRUE WHERE table_name = ANY (@names)", cancellationToken, ("names", Names(tables)));

    /// <summary>Whether some of the tables have new rows and others their old ones.</summary>
    public async Task<bool> IsHalfAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        await connection.CountAsync(
            $"SELECT count(DISTINCT is_new) FROM {TransferSchema.Replaced} WHERE run IN (SELECT run FROM {TransferSchema.Replaced} WHERE table_name = ANY (@names))", cancellationToken, ("names", Names(tables))) == 2;

    /// <summary>The foreign keys of tables that are to be made again.</summary>
    public Task<IReadOnlyList<ForeignKey>> MissingAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        ReadAsync("NOT is_back", tables, cancellationToken);

    /// <summary>The foreign keys of tables that are there again, and to be proven.</summary>
    public Task<IReadOnlyList<ForeignKey>> UnprovenAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        ReadAsync("is_back", tables, cancellationToken);

    /// <summary>A foreign key is there again, without proof.</summary>
    public static Task MadeAsync(NpgsqlConnection connection, ForeignKey key, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"UPDATE {TransferSchema.ForeignKeys} SET is_back = TRUE WHERE {Which}", cancellationToken, ("relation", key.Relation), ("name", key.Name));

    /// <summary>A foreign key is there as it was, or nobody wants it any longer.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, ForeignKey key, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"DELETE FROM {TransferSchema.ForeignKeys} WHERE {Which}", cancellationToken, ("relation", key.Relation), ("name", key.Name));

    /// <summary>The tables are whole: all old, or all new.</summary>
    public Task EndAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"DELETE FROM {TransferSchema.Replaced} WHERE table_name = ANY (@names)", cancellationToken, ("names", Names(tables)));

    private async Task<IReadOnlyList<ForeignKey>> ReadAsync(string which, IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken)
    {
        await using var command = SqlCommands.Command(
            connection, $"SELECT {ForeignKey.Columns} FROM {TransferSchema.ForeignKeys} WHERE table_name = ANY (@names) AND {which} ORDER BY relation, name", ("names", Names(tables)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ForeignKey.ReadAsync(reader, cancellationToken);
    }

    private static string[] Names(IReadOnlyList<TransferTable> tables) => [.. tables.Select(table => table.Name.ToString())];
}
