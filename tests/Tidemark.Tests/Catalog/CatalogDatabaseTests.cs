using Dapper;
using Shouldly;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>What every kind of catalog promises.</summary>
public abstract class CatalogDatabaseTests : IDisposable
{
    private readonly TestHome _home;

    private protected CatalogDatabaseTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Sixteen_openers_at_once_migrate_an_empty_catalog_once()
    {
        (await _home.Catalog().ExistsAsync(TestHome.Cancelled)).ShouldBeFalse();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(_home.OpenAsync, TestHome.Cancelled)));

        (await CountAsync("facts WHERE name = 'passphrase_salt'")).ShouldBe(1);
        (await _home.Catalog().ExistsAsync(TestHome.Cancelled)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_catalog_from_a_newer_version_is_refused_and_left_alone()
    {
        await _home.OpenAsync();
        await _home.SetVersionAsync(4711);

        var refused = await Should.ThrowAsync<TidemarkException>(_home.OpenAsync);
        (refused.Kind, refused.Code).ShouldBe((FailureKind.Configuration, "catalog.newer"));
        refused.Message.ShouldContain("4711");
        refused.Hint.ShouldNotBeNull();
    }

    [Fact]
    public async Task Work_that_throws_changes_nothing()
    {
        var catalog = await _home.OpenAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => catalog.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync("INSERT INTO facts VALUES ('a', 'b')");
            throw new InvalidOperationException();
        }, TestHome.Cancelled));

        (await CountAsync("facts WHERE name = 'a'")).ShouldBe(0);
    }

    [Fact]
    public async Task What_the_work_of_a_writer_reads_stays_true_until_it_commits()
    {
        var catalog = await _home.OpenAsync();
        await _home.ExecuteAsync("INSERT INTO facts VALUES ('n', '0')");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => catalog.WriteAsync(async connection =>
        {
            var seen = await connection.ExecuteScalarAsync<int>("SELECT value FROM facts WHERE name = 'n'");
            await Task.Yield();
            await connection.ExecuteAsync("UPDATE facts SET value = @next WHERE name = 'n'", new { next = $"{seen + 1}" });
        }, TestHome.Cancelled), TestHome.Cancelled)));

        (await CountAsync("facts WHERE name = 'n' AND value = '20'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_writer_that_is_cancelled_while_it_waits_leaves_the_lock_to_others()
    {
        var catalog = await _home.OpenAsync();
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(TestHome.Cancelled);

        await catalog.WriteAsync(async _ =>
        {
            var waiting = catalog.WriteAsync(connection => connection.ExecuteAsync("DELETE FROM facts"), impatient.Token);
            await impatient.CancelAsync();
#pragma warning disable VSTHRD003 // Started a line above.
            await Should.ThrowAsync<OperationCanceledException>(() => waiting);
#pragma warning restore VSTHRD003
        }, TestHome.Cancelled);

        await catalog.WriteAsync(connection => connection.ExecuteAsync("INSERT INTO facts VALUES ('n', '0')"), TestHome.Cancelled);
        (await CountAsync("facts WHERE name = 'passphrase_salt'")).ShouldBe(1);
    }

    private async Task<long> CountAsync(string which) => await (await _home.OpenAsync()).ReadAsync(
        connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {which}"), TestHome.Cancelled);
}

public sealed class SqliteCatalogDatabaseTests() : CatalogDatabaseTests(new SqliteHome());

public sealed class PostgresCatalogDatabaseTests() : CatalogDatabaseTests(new PostgresHome());
