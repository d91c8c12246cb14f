using System.Net;
using System.Net.Sockets;
using Dapper;
using Npgsql;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Connectors.Postgres;
using Tidemark.Connectors.Postgres.Catalog;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>What can be wrong with a catalog of a server, and what a server does to a catalog.</summary>
public sealed class PostgresCatalogTests : IDisposable
{
    private const string Password = "pa55-needle";

    private readonly PostgresHome _home = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("mysql://u:pa55-needle@host/db")]
    [InlineData("postgres://u:pa55-needle@host:port/db")]
    [InlineData("postgres://u:pa55-needle@host")]
    [InlineData("postgres://u:pa55-needle@host/db?no_such_setting=1")]
    [InlineData("postgres://u:pa55-needle@host/db?schema=")]
    [InlineData("/srv/catalog.db")]
    public async Task An_address_that_is_none_is_refused_without_being_repeated(string address) =>
        await RefusedAsync(address, "catalog.address_invalid");

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_without_the_password()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        var refused = await RefusedAsync($"postgres://u:{Password}@127.0.0.1:{port}/db", "catalog.unreachable");
        refused.Message.ShouldContain($"127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told_from_a_server_that_is_not() =>
        await RefusedAsync(With(address => address.Database = $"none_{Guid.NewGuid():N}"), "catalog.no_such_database");

    [Fact]
    public async Task A_user_who_is_not_known_is_told_to_look_at_the_login() =>
        await RefusedAsync(With(address => (address.Username, address.Password) = ($"none_{Guid.NewGuid():N}", Password)),
            "catalog.login_refused");

    [Fact]
    public async Task A_user_without_rights_is_told_what_to_grant()
    {
        var user = $"guest_{Guid.NewGuid():N}";
        await using var admin = await AdminAsync();
        await admin.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD '{Password}'");
        try
        {
            var address = With(each => (each.Username, each.Password) = (user, Password));
            (await RefusedAsync(address, "catalog.permission")).Hint!.ShouldContain("GRANT CREATE ON DATABASE");

            await admin.ExecuteAsync($"CREATE SCHEMA {_home.Schema}; GRANT USAGE, CREATE ON SCHEMA {_home.Schema} TO {user}");
            await using (await OpenAsync(address))
            {
            }
        }
        finally
        {
            await admin.ExecuteAsync($"DROP OWNED BY {user} CASCADE; DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task A_schema_with_tables_of_another_program_is_refused_and_left_alone()
    {
        await using var admin = await AdminAsync();
        await admin.ExecuteAsync($"CREATE SCHEMA {_home.Schema}; CREATE TABLE {_home.Schema}.runs (miles int)");

        (await RefusedAsync(_home.Address, "catalog.unreadable")).Hint!.ShouldContain("?schema=");
        (await admin.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM pg_tables WHERE schemaname = @Schema", new { _home.Schema })).ShouldBe(1);

        await admin.ExecuteAsync($"DROP TABLE {_home.Schema}.runs; CREATE TABLE {_home.Schema}.facts (about text)");
        await RefusedAsync(_home.Address, "catalog.unreadable");
    }

    [Fact]
    public async Task Only_those_who_begin_something_make_a_catalog()
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => Home.OpenExistingAsync(
            new(_home.Folder) { Catalog = _home.Address }, CompiledConnectors.Catalog(), _home.Clock, Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Usage, "home.unknown"));
        refused.Message.ShouldContain(_home.Schema);
        await using (await OpenAsync(_home.Address))
        {
        }

        await using var there = await Home.OpenExistingAsync(
            new(_home.Folder) { Catalog = _home.Address }, CompiledConnectors.Catalog(), _home.Clock, Stop);
        Directory.Exists(_home.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Catalogs_of_two_schemas_of_one_database_neither_see_nor_wait_for_each_other()
    {
        using var second = new PostgresHome();
        var (mine, other) = (await _home.OpenAsync(), await second.OpenAsync());

        await mine.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync("INSERT INTO facts VALUES ('mine', '1')");
            await other.WriteAsync(each => each.ExecuteAsync("INSERT INTO facts VALUES ('other', '1')"), Stop);
        }, Stop);

        (await mine.ReadAsync(each => each.ExecuteScalarAsync<long>("SELECT count(*) FROM facts WHERE name = 'other'"), Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task A_writer_whose_database_prefers_snapshots_sees_what_the_one_before_it_wrote()
    {
        var catalog = new PostgresConnector().OpenCatalog($"{_home.Address}&Options=-c default_transaction_isolation=serializable")!;
        await catalog.PrepareAsync(Stop);
        await _home.ExecuteAsync("INSERT INTO facts VALUES ('n', '0')");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => catalog.WriteAsync(async connection =>
        {
            var seen = await connection.ExecuteScalarAsync<int>("SELECT value FROM facts WHERE name = 'n'");
            await connection.ExecuteAsync("UPDATE facts SET value = @next WHERE name = 'n'", new { next = $"{seen + 1}" });
        }, Stop), Stop)));

        (await catalog.ReadAsync(each => each.ExecuteScalarAsync<string>("SELECT value FROM facts WHERE name = 'n'"), Stop)).ShouldBe("8");
        await catalog.DisposeAsync();
    }

    [Fact]
    public async Task Connections_that_the_server_cut_are_made_anew()
    {
        await using var catalog = await _home.OpenAsync();
        await using var admin = await AdminAsync();
        (await catalog.ReadAsync(each => each.ExecuteScalarAsync<long>("SELECT count(*) FROM facts"), Stop)).ShouldBeGreaterThan(0);
        await admin.ExecuteAsync("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = @Schema
            """, new { _home.Schema });

        await catalog.WriteAsync(each => each.ExecuteAsync("INSERT INTO facts VALUES ('after', '1')"), Stop);
        var lost = await Should.ThrowAsync<TidemarkException>(() => catalog.WriteAsync(async each =>
        {
            await admin.ExecuteAsync("SELECT pg_terminate_backend(@pid)", new { pid = ((NpgsqlConnection)each).ProcessID });
            await each.ExecuteAsync("DELETE FROM facts");
        }, Stop));
        (lost.Kind, lost.Code).ShouldBe((FailureKind.Transient, "catalog.connection_lost"));
    }

    [Fact]
    public async Task A_catalog_is_in_the_schema_tidemark_where_none_is_named_and_its_place_holds_no_password()
    {
        await using var catalog = new PostgresCatalog(PostgresCatalogAddress.Parse($"postgresql://u:{Password}@h/db"));
        catalog.Place.ShouldBe("the schema tidemark of the database db on h:5432");
    }

    private static string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var address = PostgresAddress.Parse(TestPostgres.Url);
        change(address);
        var login = Uri.EscapeDataString(address.Username!) + (address.Password is { } password ? ":" + Uri.EscapeDataString(password) : "");
        return $"postgres://{login}@{address.Host}:{address.Port}/{address.Database}?schema=SCHEMA&pooling=false";
    }

    private Task<Home> OpenAsync(string address) => Home.OpenAsync(
        new(_home.Folder) { Catalog = address.Replace("SCHEMA", _home.Schema, StringComparison.Ordinal) },
        CompiledConnectors.Catalog(), _home.Clock, Stop);

    /// <summary>One clear error for the operator, and no secret in any part of it.</summary>
    private async Task<TidemarkException> RefusedAsync(string address, string code)
    {
        var refused = await Should.ThrowAsync<TidemarkException>(() => OpenAsync(address));
        (refused.Kind, refused.Code).ShouldBe((FailureKind.Configuration, code));
        refused.Hint.ShouldNotBeNullOrEmpty();
        $"{refused}".ShouldNotContain(Password);
        Directory.Exists(_home.Folder).ShouldBeFalse();
        return refused;
    }

    private static async Task<NpgsqlConnection> AdminAsync() => await TestPostgres.ConnectAsync("public", Stop);
}
