using Npgsql;
using Tidemark.Engine.Destinations.Sql;

namespace Tidemark.Connectors.Postgres.Transfer.Replacing;

/// <summary>
/// The indexes of a table and of its partitions, and the primary, unique and exclusion constraints that they belong to: dropped before the rows come,
/// and made again after them as they were.
/// </summary>
/// <remarks>
/// From the catalog, as pg_dump does it: the definition and, beside it, what no definition says: options of a constraint's index, tablespace, replica
/// identity, CLUSTER, comments, statistics targets, the extension it depends on. Indexes of partitions are made each by its own name and
/// definition, and attached to that of their parent. An index stays that something hangs on (a view that groups by the primary key), that is not valid, or that
/// is part of one of a table above. https://www.postgresql.org/docs/18/catalog-pg-index.html
/// </remarks>
internal sealed class TableIndexes
{
    private const string Definitions =
        $"""
        WITH {ReplacedTable.Tree},
            own AS (
                SELECT tree.level, i.*, x.relkind, x.reloptions, k.oid AS con, k.conname, k.contype, pg_get_constraintdef(k.oid) AS condef,
                    CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END AS deferral,
                    h.inhparent, coalesce((SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = x.reltablespace), '') AS space,
                    coalesce(pg_partition_root(i.indexrelid)::oid, i.indexrelid) AS root,
                    NOT i.indisvalid
                        OR EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.deptype = 'n' AND (
                            d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indexrelid OR d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid))
                        OR h.inhparent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_index AS p JOIN tree AS o ON o.id = p.indrelid WHERE p.indexrelid = h.inhparent)
                        AS is_held
                FROM tree JOIN pg_index AS i ON i.indrelid = tree.id JOIN pg_class AS x ON x.oid = i.indexrelid
                    LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
                    LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid),
            free AS (SELECT * FROM (SELECT own.*, bool_or(is_held) OVER (PARTITION BY root) AS stays FROM own) AS s WHERE NOT stays)
        SELECT
            CASE WHEN f.inhparent IS NOT NULL THEN NULL
                WHEN f.con IS NULL THEN format('DROP INDEX %s', f.indexrelid::regclass)
                ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', f.indrelid::regclass, f.conname) END,
            array_remove(
                ARRAY[
                    format('SET LOCAL default_tablespace = %L', f.space),
                    CASE WHEN f.con IS NULL THEN pg_get_indexdef(f.indexrelid)
                        ELSE format(
                            'ALTER TABLE ONLY %s ADD CONSTRAINT %I %s%s%s', f.indrelid::regclass, f.conname, left(f.condef, length(f.condef) - length(f.deferral)),
                            CASE WHEN f.contype <> 'x' THEN ' WITH (' || array_to_string(f.reloptions, ', ') || ')' END, f.deferral) END,
                    CASE WHEN f.indisreplident THEN format(
                        'ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I', f.indrelid::regclass, (SELECT relname FROM pg_class WHERE oid = f.indexrelid)) END,
                    CASE WHEN f.indisclustered THEN format(
                        'ALTER TABLE ONLY %s CLUSTER ON %I', f.indrelid::regclass, (SELECT relname FROM pg_class WHERE oid = f.indexrelid)) END,
                    CASE WHEN obj_description(f.indexrelid, 'pg_class') IS NOT NULL
                        THEN format('COMMENT ON INDEX %s IS %L', f.indexrelid::regclass, obj_description(f.indexrelid, 'pg_class')) END,
                    CASE WHEN obj_description(f.con, 'pg_constraint') IS NOT NULL
                        THEN format('COMMENT ON CONSTRAINT %I ON %s IS %L', f.conname, f.indrelid::regclass, obj_description(f.con, 'pg_constraint')) END]
                || ARRAY(
                    SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', f.indexrelid::regclass, a.attnum, a.attstattarget)
                    FROM pg_attribute AS a WHERE a.attrelid = f.indexrelid AND a.attstattarget >= 0)
                || ARRAY(
                    SELECT format('ALTER INDEX %s DEPENDS ON EXTENSION %I', f.indexrelid::regclass, e.extname)
                    FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
                    WHERE d.deptype = 'x' AND d.classid = 'pg_class'::regclass AND d.objid = f.indexrelid)
                || ARRAY(
                    SELECT format('ALTER INDEX %s ATTACH PARTITION %s', f.indexrelid::regclass, c.inhrelid::regclass)
                    FROM pg_inherits AS c WHERE c.inhparent = f.indexrelid),
                NULL)
        FROM free AS f ORDER BY f.level DESC, f.indexrelid
        """;

    private readonly List<string> _make = [];
    private readonly List<string> _drop = [];

    private TableIndexes()
    {
    }

    /// <summary>Remembers the indexes of a table, in the transaction that replaces its rows.</summary>
    public static async Task<TableIndexes> OfAsync(NpgsqlConnection connection, ReplacedTable table, CancellationToken cancellationToken)
    {
        var indexes = new TableIndexes();
        await using var command = SqlCommands.Command(connection, Definitions, ("tables", new[] { table.Oid }));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!await reader.IsDBNullAsync(0, cancellationToken)) indexes._drop.Add(reader.GetString(0));
            indexes._make.AddRange(await reader.GetFieldValueAsync<string[]>(1, cancellationToken));
        }

        return indexes;
    }

    /// <summary>Drops them.</summary>
    public async Task DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var statement in _drop) await connection.ExecuteAsync(statement, cancellationToken);
    }

    /// <summary>Makes them as they were.</summary>
    public async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var statement in _make) await connection.ExecuteAsync(statement, cancellationToken);
    }
}
