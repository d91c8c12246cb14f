using System.Runtime.CompilerServices;
using Npgsql;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Connectors.Postgres.Transfer.Replacing;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Two databases, from the one of which tables are copied over those of the other.</summary>
internal sealed class ReplaceBench : IAsyncDisposable
{
    /// <summary>Everything around the rows of the schema public, a line each, in an order of its own: what a replace must leave as it was.</summary>
    private const string Surroundings =
        """
        SELECT format('index %s on %s: %s valid=%s identity=%s clustered=%s options=%s parent=%s comment=%s statistics=%s', x.relname, i.indrelid::regclass, pg_get_indexdef(i.indexrelid),
            i.indisvalid, i.indisreplident, i.indisclustered, x.reloptions, (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = x.oid), obj_description(x.oid, 'pg_class'),
            (SELECT string_agg(format('%s:%s', attnum, attstattarget), ',') FROM pg_attribute WHERE attrelid = x.oid AND attstattarget >= 0)) AS line
        FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE x.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('constraint %s on %s: %s valid=%s deferrable=%s%s index=%s inherited=%s comment=%s', conname, conrelid::regclass, pg_get_constraintdef(oid), convalidated, condeferrable,
            condeferred, conindid::regclass, (SELECT conname FROM pg_constraint AS p WHERE p.oid = k.conparentid), obj_description(oid, 'pg_constraint'))
        FROM pg_constraint AS k WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('trigger %s on %s: %s %s', tgname, tgrelid::regclass, tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL
        SELECT format('table %s: %s %s identity=%s', relname, relkind, relpersistence, relreplident) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        UNION ALL
        SELECT format('column %s.%s: %s %s', attrelid::regclass, attname, attnotnull, attidentity) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND attnum > 0
        ORDER BY 1
        """;

    private readonly TransferBench _ends;
    private readonly TransferConnections _connections;

    private ReplaceBench(TransferBench ends, NpgsqlConnection source, NpgsqlConnection target, int parallel) =>
        (_ends, Source, Target, _connections) = (ends, source, target, ends.Connections(ends.Target, parallel));

    public NpgsqlConnection Source { get; }

    public NpgsqlConnection Target { get; }

    public TriggerUse Triggers { get; init; }

    /// <summary>Called with the part's number, from 1, before it is given.</summary>
    public Func<TransferTable, int, Task>? OnPart { get; set; }

    public Func<IReadOnlyList<AppliedTable>, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The same tables in both databases.</summary>
    public static Task<ReplaceBench> OfAsync(string tables, TriggerUse triggers = TriggerUse.Ask, int parallel = 2) => OfAsync(tables, tables, triggers, parallel);

    public static async Task<ReplaceBench> OfAsync(string source, string target, TriggerUse triggers = TriggerUse.Ask, int parallel = 2)
    {
        var ends = await TransferBench.StartAsync();
        var (from, to) = (await TestPostgres.ConnectAsync("public", Stop, ends.Source), await TestPostgres.ConnectAsync("public", Stop, ends.Target));
        var bench = new ReplaceBench(ends, from, to, parallel) { Triggers = triggers };
        await from.ExecuteAsync(source, Stop);
        await to.ExecuteAsync(target, Stop);
        return bench;
    }

    public PostgresReplace Replace(IReadOnlyList<TransferTable> tables) =>
        new(_connections, new TransferWrite("shop", "r-1", tables, ApplyMode.Replace) { Triggers = Triggers });

    public async Task<IReadOnlyList<AppliedTable>> RunAsync(params string[] tables) => await CopyAsync(await DescribeAsync(tables));

    public async Task<IReadOnlyList<AppliedTable>> CopyAsync(IReadOnlyList<TransferTable> tables)
    {
        var source = await _ends.SnapshotAsync([.. tables]);
        var expected = new Dictionary<string, Checksum>(StringComparer.Ordinal);
        foreach (var table in tables) expected[table.Label] = await ChecksumAsync(table);
        var sequences = await source.SequencesAsync(Stop);
        return await Replace(tables).ReplaceAsync(new TransferApply(sequences) { Expected = expected }, table => PartsAsync(source, table, Stop), BeforeCommit, Stop);
    }

    public async Task<IReadOnlyList<TransferTable>> DescribeAsync(params string[] names)
    {
        var tables = new List<TransferTable>();
        foreach (var name in names)
        {
            var columns = await LinesAsync(
                Source, $"SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0 AND attgenerated = '' ORDER BY attnum");
            tables.Add(new(new SqlName("public", name), [.. columns.Select(column => new TransferColumn(column.Split(' ')[0], column.Split(' ', 2)[1], HashForm.Text))], [], new(BucketKind.Hash, 1)));
        }

        return tables;
    }

    /// <summary>Whatever is around the rows of the target.</summary>
    public async Task<string> SurroundingsAsync() => string.Join('\n', await LinesAsync(Target, Surroundings));

    public async Task<string> RowsAsync(string table, string columns = "t::text") => string.Join('\n', await LinesAsync(Target, $"SELECT {columns} FROM {table} AS t ORDER BY 1"));

    public async Task<string> SourceRowsAsync(string table, string columns = "t::text") => string.Join('\n', await LinesAsync(Source, $"SELECT {columns} FROM {table} AS t ORDER BY 1"));

    public static async Task<List<string>> LinesAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var lines = new List<string>();
        while (await reader.ReadAsync(Stop)) lines.Add(await reader.IsDBNullAsync(0, Stop) ? "" : reader.GetValue(0).ToString()!);
        return lines;
    }

    /// <summary>Ends the connections of a transfer to the target; those alone that have one of the tables, where one is named.</summary>
    public Task<long> KillAsync(string? table = null) => Target.CountAsync(
        $"""
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity AS a WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'tidemark transfer'
            {(table is null ? "" : $"AND EXISTS (SELECT 1 FROM pg_locks AS l WHERE l.pid = a.pid AND l.relation = '{table}'::regclass AND l.mode = 'AccessExclusiveLock')")}
        """,
        Stop);

    /// <summary>Allows programs to connect to the target, or keeps them from it, as a program that is gone connects no more.</summary>
    public Task<long> AllowAsync(bool connections) => Source.ExecuteAsync($"ALTER DATABASE {Target.Database} ALLOW_CONNECTIONS {connections}", Stop);

    public async Task<NpgsqlConnection> ConnectAsync() => await TestPostgres.ConnectAsync("public", Stop, Target.Database);

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        await _ends.DisposeAsync();
    }

    private async IAsyncEnumerable<Stream> PartsAsync(PostgresSnapshot source, TransferTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        foreach (var part in await source.PartsAsync(table, cancellationToken))
        {
            if (OnPart is not null) await OnPart(table, ++number);
            yield return await source.CopyAsync(table, part, cancellationToken);
        }
    }

    private Task<Checksum> ChecksumAsync(TransferTable table) =>
        Source.ChecksumAsync($"SELECT {new TransferSql(table).RowHash} AS \"_hash\" FROM {table.Name} AS t", Stop);
}
