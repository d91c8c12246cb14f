using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Writing;

/// <summary>The schema that a transfer keeps in the target database: what is kept aside, and the rows as they were.</summary>
internal static class TransferSchema
{
    private const string Name = "_tidemark";

    /// <summary>Where the rows of a table are kept aside: a row a pipeline and table.</summary>
    public static SqlName Staging { get; } = Of("transfer_staging");

    /// <summary>What was kept aside together. Like the rows themselves, it is empty after a crash of the server.</summary>
    public static SqlName Parts { get; } = Of("transfer_part");

    /// <summary>The runs that can be undone.</summary>
    public static SqlName Runs { get; } = Of("transfer_run");

    /// <summary>The tables that they wrote.</summary>
    public static SqlName Tables { get; } = Of("transfer_table");

    /// <summary>The tables that are replaced, and which of them have their new rows.</summary>
    public static SqlName Replaced { get; } = Of("transfer_replaced");

    /// <summary>Foreign keys that were dropped to replace tables, and are to be made again.</summary>
    public static SqlName ForeignKeys { get; } = Of("transfer_foreign_key");

    public static SqlName Of(string table) => new(Name, table);

    /// <summary>The rows that a run changed, before and after.</summary>
    public static SqlName Images(long run) => Of(FormattableString.Invariant($"image_{run}"));

    /// <summary>Makes what is missing of it.</summary>
    public static async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await IsThereAsync(connection, cancellationToken)) return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two runs may come to it at the same moment.
        await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock(hashtextextended('schema {Name}', 0))", cancellationToken);
        await connection.ExecuteAsync(
            $"""
            CREATE SCHEMA IF NOT EXISTS {Name};
            COMMENT ON SCHEMA {Name} IS 'Tidemark: rows of transfers that are kept aside until they are applied, and rows as they were, to undo transfers.';
            CREATE TABLE IF NOT EXISTS {Staging} (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, table_name text NOT NULL, shape text NOT NULL, run text NOT NULL,
                UNIQUE (pipeline, table_name));
            CREATE UNLOGGED TABLE IF NOT EXISTS {Parts} (
                staging bigint NOT NULL, part text NOT NULL, written_by text NOT NULL, rows bigint NOT NULL, buckets bigint[] NOT NULL,
                PRIMARY KEY (staging, part));
            CREATE TABLE IF NOT EXISTS {Runs} (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, run text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), triggers text NOT NULL, undone_by text,
                UNIQUE (pipeline, run));
            CREATE TABLE IF NOT EXISTS {Tables} (
                run_id bigint NOT NULL REFERENCES {Runs} (id) ON DELETE CASCADE, position integer NOT NULL,
                schema_name text NOT NULL, table_name text NOT NULL, key text[] NOT NULL, shape text NOT NULL,
                PRIMARY KEY (run_id, position));
            CREATE TABLE IF NOT EXISTS {Replaced} (
                table_name text PRIMARY KEY, run text NOT NULL, is_new boolean NOT NULL, began_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS {ForeignKeys} (
                table_name text NOT NULL, relation text NOT NULL, name text NOT NULL, definition text NOT NULL, is_proven boolean NOT NULL, describe text,
                is_back boolean NOT NULL DEFAULT FALSE,
                PRIMARY KEY (relation, name));
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Whether there is all of it.</summary>
    public static async Task<bool> IsThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.CountAsync("SELECT count(*) FROM unnest(@names) AS n (name) WHERE to_regclass(n.name) IS NOT NULL", cancellationToken,
            ("names", new[] { Staging, Parts, Runs, Tables, Replaced, ForeignKeys }.Select(table => table.ToString()).ToArray())) == 6;
}
