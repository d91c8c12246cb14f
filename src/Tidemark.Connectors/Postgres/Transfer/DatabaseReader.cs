using Npgsql;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;

namespace Tidemark.Connectors.Postgres.Transfer;

/// <summary>Describes a database from its catalog, PostgreSQL 14 to 18, in the same few queries however many tables it has.</summary>
/// <remarks>
/// https://www.postgresql.org/docs/18/catalogs.html. Columns that younger versions alone have are read through <c>to_jsonb</c>, which knows those that there are.
/// </remarks>
/// <param name="connections">Connections to the database.</param>
internal sealed class DatabaseReader(TransferConnections connections)
{
    // A name has its schema unless it is the server's own.
    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog";

    private const string Facts =
        """
        SELECT d.oid::bigint, current_setting('server_version_num')::int / 10000, pg_encoding_to_char(d.encoding),
            concat_ws(' ', coalesce(j ->> 'datlocprovider', 'c'), coalesce(j ->> 'datlocale', j ->> 'daticulocale', d.datcollate), j ->> 'datcollversion'),
            pg_is_in_recovery(), r.rolsuper, r.rolsuper OR r.rolbypassrls, age(d.datfrozenxid)::bigint,
            (SELECT count(*) FROM pg_largeobject_metadata), to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'),
            has_function_privilege('pg_control_system()', 'EXECUTE')
        FROM pg_database AS d CROSS JOIN LATERAL to_jsonb(d) AS j JOIN pg_roles AS r ON r.rolname = current_user
        WHERE d.datname = current_database()
        """;

    private const string Identifier = "SELECT system_identifier::text FROM pg_control_system()";

    private const string Extensions = "SELECT extname::text, extversion FROM pg_extension";

    private const string MaterializedViews =
        $"""
        SELECT n.nspname::text, c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'm' AND {CatalogSql.IsOfUser} ORDER BY 1, 2
        """;

    private const string Sequences =
        $"""
        WITH RECURSIVE {CatalogSql.Parts}
        SELECT n.nspname::text, c.relname::text, o.nspname::text, t.relname::text, a.attname::text
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN (
            pg_depend AS d JOIN parts AS p ON p.part = d.refobjid JOIN pg_class AS t ON t.oid = p.root JOIN pg_namespace AS o ON o.oid = t.relnamespace
                JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)
            ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        WHERE c.relkind = 'S' AND {CatalogSql.IsOfUser}
            AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
        ORDER BY 1, 2
        """;

    /// <exception cref="Tidemark.Engine.Errors.TidemarkException">As <see cref="TransferConnections.OpenAsync"/>; <c>postgres.locked</c> (transient)…</exception>
    public async Task<DatabaseShape> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync(Begin, cancellationToken);
            var shape = await FactsAsync(connection, connections.Label, cancellationToken);
            shape = shape with
            {
                Extensions = (await connection.RowsAsync(Extensions, row => (Name: row.GetString(0), Version: row.GetString(1)), cancellationToken))
                    .ToDictionary(extension => extension.Name, extension => extension.Version, StringComparer.Ordinal),
                Types = await CatalogTypes.ReadAsync(connection, cancellationToken),
                Tables = await CatalogTables.ReadAsync(connection, cancellationToken),
                Sequences = await connection.RowsAsync(
                    Sequences,
                    row => new SequenceShape(
                        new(row.GetString(0), row.GetString(1)), row.IsDBNull(2) ? null : new SqlName(row.GetString(2), row.GetString(3)), row.IsDBNull(4) ? null : row.GetString(4)),
                    cancellationToken),
                MaterializedViews = await connection.RowsAsync(MaterializedViews, row => new SqlName(row.GetString(0), row.GetString(1)), cancellationToken),
            };
            // Closing takes back what is open, and the settings with it: nothing was written.
            await connection.ExecuteAsync("ROLLBACK", cancellationToken);
            return shape;
        }
        catch (NpgsqlException failure)
        {
            throw PostgresErrors.Explain(failure);
        }
    }

    private static async Task<DatabaseShape> FactsAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var (shape, number, mayIdentify) = (await connection.RowsAsync(
            Facts,
            row => (new DatabaseShape(name, "")
            {
                Version = row.GetInt32(1),
                Encoding = row.GetString(2),
                Collation = row.GetString(3),
                IsReplica = row.GetBoolean(4),
                IsSuperuser = row.GetBoolean(5),
                SeesAllRows = row.GetBoolean(6),
                TransactionAge = row.GetInt64(7),
                LargeObjects = row.GetInt64(8),
                Instance = $"{row.GetString(9)}/{row.GetInt64(0)}",
            }, row.GetInt64(0), row.GetBoolean(10)),
            cancellationToken))[0];
        // Some hosts let nobody see it; then a server is told by when it started.
        return shape with { Identity = mayIdentify ? $"{(await connection.RowsAsync(Identifier, row => row.GetString(0), cancellationToken))[0]}/{number}" : shape.Instance! };
    }
}
