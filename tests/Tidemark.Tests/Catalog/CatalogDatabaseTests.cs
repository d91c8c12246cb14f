using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

public sealed class CatalogDatabaseTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Sixteen_openers_at_once_migrate_an_empty_home_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(_home.OpenAsync, TestHome.Cancelled)));

        await using var connection = await (await _home.OpenAsync()).ConnectAsync(TestHome.Cancelled);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM facts";
        (await command.ExecuteScalarAsync(TestHome.Cancelled)).ShouldBe(1L);
    }

    [Fact]
    public async Task Folders_that_are_made_on_the_way_are_the_owner_s_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await CatalogDatabase.OpenAsync(Path.Combine(_home.Folder, "demo"), TestHome.Cancelled);

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(_home.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Only_the_owner_can_look_into_the_home()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var catalog = await _home.OpenAsync();

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(catalog.Home).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(catalog.Home))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public async Task A_catalog_from_a_newer_version_is_refused_and_left_alone()
    {
        await _home.OpenAsync();
        await _home.ExecuteAsync("PRAGMA user_version = 4711");

        (await Should.ThrowAsync<TidemarkException>(_home.OpenAsync)).Code.ShouldBe("catalog.newer");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_a_hint()
    {
        Directory.CreateDirectory(_home.Folder);
        var file = Path.Combine(_home.Folder, "catalog.db");
        await File.WriteAllTextAsync(file, new string('x', 5000), TestHome.Cancelled);

        var refused = await Should.ThrowAsync<TidemarkException>(_home.OpenAsync);

        (refused.Code, refused.Kind).ShouldBe(("catalog.unreadable", FailureKind.Configuration));
        refused.Hint.ShouldNotBeNull();
        (await File.ReadAllTextAsync(file, TestHome.Cancelled)).ShouldBe(new string('x', 5000));
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused()
    {
        Directory.CreateDirectory(_home.Folder);
        await using (var other = new SqliteConnection($"Data Source={_home.Folder}/catalog.db"))
        {
            await other.OpenAsync(TestHome.Cancelled);
            await using var create = new SqliteCommand("CREATE TABLE bookmarks (url TEXT)", other);
            await create.ExecuteNonQueryAsync(TestHome.Cancelled);
        }

        (await Should.ThrowAsync<TidemarkException>(_home.OpenAsync)).Code.ShouldBe("catalog.unreadable");
    }

    [Fact]
    public async Task A_home_that_is_a_file_is_refused()
    {
        await File.WriteAllTextAsync(_home.Folder, "", TestHome.Cancelled);
        try
        {
            (await Should.ThrowAsync<TidemarkException>(_home.OpenAsync)).Code.ShouldBe("catalog.unreadable");
        }
        finally
        {
            File.Delete(_home.Folder);
        }
    }

    [Fact]
    public async Task Work_that_throws_changes_nothing()
    {
        var catalog = await _home.OpenAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => catalog.WriteAsync(async connection =>
        {
            await using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO facts VALUES ('a', 'b')";
            await insert.ExecuteNonQueryAsync(TestHome.Cancelled);
            throw new InvalidOperationException();
        }, TestHome.Cancelled));

        await using var connection = await catalog.ConnectAsync(TestHome.Cancelled);
        await using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM facts";
        (await count.ExecuteScalarAsync(TestHome.Cancelled)).ShouldBe(1L);
    }

    [Fact]
    public async Task A_catalog_that_cannot_be_written_says_so()
    {
        var catalog = await _home.OpenAsync();

        var full = await Should.ThrowAsync<TidemarkException>(() => catalog.WriteAsync(async connection =>
        {
            await using var fill = connection.CreateCommand();
            fill.CommandText = "PRAGMA max_page_count = 1";
            await fill.ExecuteNonQueryAsync(TestHome.Cancelled);
            fill.CommandText = "INSERT INTO facts VALUES ('a', randomblob(100000))";
            await fill.ExecuteNonQueryAsync(TestHome.Cancelled);
        }, TestHome.Cancelled));

        (full.Kind, full.Code).ShouldBe((FailureKind.Configuration, "catalog.unwritable"));
    }
}
