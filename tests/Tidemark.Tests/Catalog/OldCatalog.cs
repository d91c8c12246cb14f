using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Tidemark.Engine.Catalog;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>Turns a home's catalog into that of a build which kept what a run was asked for in words of the column cause.</summary>
internal static class OldCatalog
{
    private const int Version = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="home">The home, which nobody has open. Its backups are runs that such a build did not have, and go.</param>
    public static async Task MakeAsync(string home)
    {
        SqliteConnection.ClearAllPools();
        var file = Path.Combine(home, "catalog.db");
        var newer = file + ".newer";
        await ExecuteAsync(file, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
        File.Move(file, newer);
        foreach (var script in Scripts()) await ExecuteAsync(file, script);
        await ExecuteAsync(file, $"""
            ATTACH '{newer}' AS newer;
            DELETE FROM facts;
            INSERT INTO facts (name, value) SELECT name, value FROM newer.facts;
            INSERT INTO definitions (kind, name, body, created_at, updated_at)
            SELECT kind, name, body, created_at, updated_at FROM newer.definitions;
            INSERT INTO secrets (kind, owner, setting, sealed) SELECT kind, owner, setting, sealed FROM newer.secrets;
            INSERT INTO runs (id, pipeline, mode, cause, status, started_at, finished_at, read, created, updated, unchanged, skipped,
                              quarantined, deleted, result, cancel_requested)
            SELECT id, pipeline, mode,
                CASE json_extract(request, '$.kind')
                    WHEN 'sync' THEN 'command'
                    WHEN 'dry_run' THEN CASE json_extract(request, '$.of.kind') WHEN 'deletions' THEN 'dry-run deletions' ELSE 'dry-run' END
                    WHEN 'undo' THEN 'undo ' || json_extract(request, '$.run')
                    WHEN 'restore' THEN 'restore ' || json_extract(request, '$.backup')
                    ELSE json_extract(request, '$.kind') END,
                status, started_at, finished_at, read, created, updated, unchanged, skipped, quarantined, deleted,
                CASE json_extract(request, '$.kind') WHEN 'dry_run' THEN json_set(result, '$.kind', 'sync') ELSE result END,
                cancel_requested
            FROM newer.runs WHERE json_extract(request, '$.kind') <> 'backup';
            INSERT INTO run_steps (run, seq, name, stream, status, detail, started_at, finished_at)
            SELECT run, seq, name, stream, status, detail, started_at, finished_at FROM newer.run_steps WHERE run IN (SELECT id FROM runs);
            PRAGMA user_version = {Version.ToString(CultureInfo.InvariantCulture)};
            """);
        SqliteConnection.ClearAllPools();
        File.Delete(newer);
    }

    private static IEnumerable<string> Scripts()
    {
        var assembly = typeof(CatalogDatabase).Assembly;
        var names = assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Migrations.", StringComparison.Ordinal) && !name.Contains("Postgres", StringComparison.Ordinal))
            .OrderBy(name => name, StringComparer.Ordinal).Take(Version);
        foreach (var name in names)
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return text.ReadToEnd();
        }
    }

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(Stop);
        await connection.ExecuteAsync(sql);
    }
}
