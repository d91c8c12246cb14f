using Dapper;
using Shouldly;
using Tidemark.Connectors.Postgres.Catalog;
using Tidemark.Engine.Catalog.Sqlite;
using Xunit;

namespace Tidemark.Tests.Catalog;

public sealed class CatalogMigrationTests : IDisposable
{
    private readonly SqliteHome _sqlite = new();
    private readonly PostgresHome _postgres = new();

    public void Dispose()
    {
        _sqlite.Dispose();
        _postgres.Dispose();
    }

    [Fact]
    public async Task Both_kinds_of_catalog_have_the_same_tables_and_columns()
    {
        var sqlite = await ListAsync(_sqlite, """
            SELECT t.name || '.' || c.name || CASE WHEN c."notnull" = 1 THEN ' NOT NULL' ELSE '' END
            FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
                AND NOT (t.name = 'quarantine' AND c.name = 'id')
            """);
        var postgres = await ListAsync(_postgres, """
            SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
            FROM information_schema.columns WHERE table_schema = current_schema()
                AND NOT (table_name = 'quarantine' AND column_name = 'id')
            """);

        postgres.Order(StringComparer.Ordinal).ShouldBe(sqlite.Order(StringComparer.Ordinal));
        postgres.Count.ShouldBeGreaterThan(60);
    }

    [Fact]
    public async Task Numbers_and_flags_are_of_one_type_in_PostgreSQL_and_times_are_numbers() =>
        (await ListAsync(_postgres, """
            SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY data_type
            """)).ShouldBe(["bigint", "bytea", "text"]);

    [Fact]
    public void The_newest_migrations_of_both_have_one_number() =>
        PostgresCatalog.Migrations.Newest.ShouldBe(SqliteCatalog.Migrations.Newest);

    [Fact]
    public async Task Payloads_that_an_older_version_stored_as_text_come_back_byte_for_byte()
    {
        var catalog = new SqliteCatalog(new(_sqlite.Folder));
        Directory.CreateDirectory(_sqlite.Folder);
        await using (var old = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={catalog.Path};Pooling=False"))
        {
            await old.OpenAsync(TestHome.Cancelled);
            foreach (var script in SqliteCatalog.Migrations.After(0).Take(4)) await old.ExecuteAsync(script);
            await old.ExecuteAsync("""
                PRAGMA user_version = 4;
                INSERT INTO quarantine (pipeline, stream, key, run, code, subject, message, payload, payload_sha256, first_seen, last_seen, settled_by)
                VALUES ('p', 'a', '1', 'r', 'c', 's', 'm', @payload, 'x', 0, 0, 'retry')
                """, new { payload = "{\"name\":\"a\0b ä\"}" });
        }

        await catalog.PrepareAsync(TestHome.Cancelled);
        var entry = await new Engine.Quarantine.QuarantineCatalog(catalog, _sqlite.Clock).GetAsync(1, TestHome.Cancelled);
        entry.Record.Payload.ShouldBe("{\"name\":\"a\0b ä\"}");
        entry.Record.Reason.Next.ShouldBeNull();
    }

    private static async Task<IReadOnlyList<string>> ListAsync(TestHome home, string sql) => await (await home.OpenAsync()).ReadAsync(
        async connection => (await connection.QueryAsync<string>(sql)).AsList(), TestHome.Cancelled);
}
