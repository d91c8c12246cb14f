using Shouldly;
using Tidemark.Connectors.Sqlite;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>Two runs on the same table of one SQLite file are kept apart, in one process as in two.</summary>
public sealed class SqliteLockTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task P8_a_table_is_locked_until_the_session_that_holds_it_ends()
    {
        await using var first = Open();
        await using var second = Open();
        await using var other = await second.OpenAsync(work: null, Stop);
        Task waiting;
        await using (var holder = await first.OpenAsync(work: null, Stop))
        {
            await holder.LockAsync(Table("people"), Stop);
            await holder.LockAsync(Table("people"), Stop);
            await other.LockAsync(Table("orders"), Stop);
            waiting = other.LockAsync(Table("People"), Stop);
            waiting.IsCompleted.ShouldBeFalse("SQLite takes both names for the same table");
        }

        await waiting;
    }

    [Fact]
    public async Task P8_sessions_of_one_run_are_kept_apart_too_and_unlocking_lets_go_at_once()
    {
        await using var database = Open();
        await using var one = await database.OpenAsync(work: null, Stop);
        await using var another = await database.OpenAsync(work: null, Stop);
        await one.LockAsync(Table("../odd name"), Stop);
        var waiting = another.LockAsync(Table("../odd name"), Stop);
        waiting.IsCompleted.ShouldBeFalse();

        await one.UnlockAsync(Stop);

        await waiting;
        Directory.GetFiles(_folder.File("data.db-locks")).Select(Path.GetFileName).ShouldBe(["..%2Fodd%20name.lock"]);
    }

    [Fact]
    public async Task A_table_that_stays_locked_is_told_as_in_use()
    {
        await using var database = Open();
        await using var holder = await database.OpenAsync(work: null, Stop);
        await using var other = await database.OpenAsync(work: null, Stop);
        await holder.LockAsync(Table("people"), Stop);

        var refused = await Should.ThrowAsync<TidemarkException>(() => other.LockAsync(Table("people"), Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Transient, "destination.in_use"));
        refused.Message.ShouldContain("people");
    }

    [Fact]
    public async Task A_folder_that_takes_no_locks_is_a_matter_of_settings()
    {
        await using var database = Open();
        await File.WriteAllTextAsync(_folder.File("data.db-locks"), "", Stop);

        var refused = await Should.ThrowAsync<TidemarkException>(() => database.OpenAsync(work: null, Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Configuration, "sqlite.cannot_lock"));
    }

    [Fact]
    public async Task A_database_in_memory_is_nobody_elses()
    {
        await using var database = new SqliteDatabase(new SqliteOptions { Path = ":memory:" });
        await using var session = await database.OpenAsync(work: null, Stop);

        await session.LockAsync(Table("people"), Stop);

        Directory.Exists(":memory:-locks").ShouldBeFalse();
    }

    private static SqlName Table(string name) => new("main", name);

    private SqliteDatabase Open() => new(new SqliteOptions { Path = _folder.File("data.db") });
}
