using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Secrets;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>A home folder and a catalog of its own that are gone after the test.</summary>
internal abstract class TestHome : IDisposable
{
    public static readonly ConnectorCatalog Connectors = new([new ShopConnector(), new ShelfConnector()]);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"tidemark-{Guid.NewGuid():N}");

    public SettableClock Clock { get; } = new();

    public string? Key { get; set; }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The catalog as another process would see it, not yet asked for.</summary>
    public abstract CatalogDatabase Catalog();

    /// <summary>Makes the catalog one of another version.</summary>
    public abstract Task SetVersionAsync(long version);

    /// <summary>All that is stored but the key, as text that keeps ASCII.</summary>
    public abstract Task<string> AllBytesAsync();

    public async Task<CatalogDatabase> OpenAsync()
    {
        var catalog = Catalog();
        await catalog.PrepareAsync(Cancelled);
        return catalog;
    }

    public async Task<DefinitionCatalog> DefinitionsAsync()
    {
        var database = await OpenAsync();
        return new(database, new SecretVault(database, new HomeFolder(Folder), Key), Connectors, Clock);
    }

    public async Task<SecretVault> VaultAsync() => new(await OpenAsync(), new HomeFolder(Folder), Key);

    public async Task<RunQueue> QueueAsync() => new(await OpenAsync(), Clock);

    public async Task<RunStore> RunsAsync() => new(await OpenAsync(), Clock);

    public async Task ExecuteAsync(string sql, params (string Name, object Value)[] values)
    {
        await using var connection = await (await OpenAsync()).ConnectAsync(Cancelled);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(Cancelled);
    }

    public virtual void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A clock that stands where the test puts it; its timers are real.</summary>
internal sealed class SettableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 15, 30, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
