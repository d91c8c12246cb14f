using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Catalog;

public sealed class SqliteCatalogTests : IDisposable
{
    private readonly SqliteHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Folders_that_are_made_on_the_way_are_the_owner_s_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await SqliteCatalog.OpenAsync(Path.Combine(_home.Folder, "demo"), TestHome.Cancelled);

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(_home.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Only_the_owner_can_look_into_the_home()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await _home.OpenAsync();

        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(_home.Folder).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(_home.Folder))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
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
            (await Should.ThrowAsync<TidemarkException>(_home.OpenAsync)).Code.ShouldBe("home.not_a_folder");
        }
        finally
        {
            File.Delete(_home.Folder);
        }
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
