using Shouldly;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Backup;

/// <summary>What restoring came to.</summary>
internal sealed record RestoredBackup(string Run, IReadOnlyList<RestoredTable> Tables);

/// <summary>Backs tables of a real database up and brings them back, for a pipeline called <c>test</c>.</summary>
public sealed class BackupBench(SqlWorkbench database, string connector) : IAsyncDisposable
{
    public SqlWorkbench Database => database;

    public BackupPolicy Policy { get; set; } = new();

    public string Folder => Path.Combine(database.Folder, "backups");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task<BackupFile?> TryBackUpAsync(params string[] tables) => BackUpToAsync(Folder, tables);

    public async Task<BackupFile?> BackUpToAsync(string folder, params string[] tables)
    {
        await using var destination = database.OpenDestination();
        var plan = new BackupPlan("test", connector, folder, Policy, tables.ToDictionary(table => table));
        return (await new BackupWriter(database.Clock).CreateAsync(plan, destination, Stop))?.File;
    }

    public async Task<BackupFile> BackUpAsync(params string[] tables) => (await TryBackUpAsync(tables)).ShouldNotBeNull();

    public async Task<RestoredTable> RestoreAsync(BackupFile file, RestoreMode mode) =>
        (await RestoreAllAsync(file, mode)).Tables.ShouldHaveSingleItem();

    internal async Task<RestoredBackup> RestoreAllAsync(BackupFile file, RestoreMode mode)
    {
        var queue = new RunQueue(await SqliteCatalog.OpenAsync(database.Folder + "/home", Stop), database.Clock);
        await using var destination = database.OpenDestination();
        await using var journal = await queue.BeginAsync(
            new(new RestoreRun("test", file.Name, mode), new(RunTrigger.Command, null), WriteMode.Merge), Stop);
        BackupRestore? restore = null;
        var end = await new RunShell(database.Clock).RunAsync(
            journal, run => (restore = new(file, mode, undoRuns: 10, destination, run)).RunAsync(), RunWatch.None, Stop);
        if (end.Refusal is not null) throw end.Refusal;
        return new(end.Result.Run, restore!.Restored);
    }

    /// <summary>What restoring would come to.</summary>
    public async Task<IReadOnlyList<RestoredTable>> TryAsync(BackupFile file, RestoreMode mode)
    {
        await using var destination = database.OpenDestination();
        return await BackupRestore.TryAsync(file, mode, destination, Stop);
    }

    public static async Task VerifyAsync(BackupFile file)
    {
        await using var content = file.Open();
        await BackupCheck.RunAsync(content, file.Name, file.Manifest, Stop);
    }

    /// <summary>The code of the failure that the work must end with.</summary>
    public static async Task<string> CodeAsync(Func<Task> work) =>
        (await work.ShouldThrowAsync<TidemarkException>()).Code;

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
