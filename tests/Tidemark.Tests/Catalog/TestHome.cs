using Microsoft.Data.Sqlite;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Secrets;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>A home folder of its own that is gone after the test.</summary>
internal sealed class TestHome : IDisposable
{
    public static readonly ConnectorCatalog Connectors = new([new ShopConnector(), new ShelfConnector()]);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"tidemark-{Guid.NewGuid():N}");

    public SettableClock Clock { get; } = new();

    public string? Key { get; set; }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Task<CatalogDatabase> OpenAsync() => CatalogDatabase.OpenAsync(Folder, Cancelled);

    public async Task<DefinitionCatalog> DefinitionsAsync()
    {
        var database = await OpenAsync();
        return new(database, new SecretVault(database, Key), Connectors, Clock);
    }

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

    /// <summary>Every byte of the home, as text that keeps ASCII.</summary>
    public string AllBytes() => string.Concat(Directory.EnumerateFiles(Folder)
        .Where(file => Path.GetFileName(file) != "key")
        .Select(file =>
        {
            using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(bytes, System.Text.Encoding.Latin1);
            return text.ReadToEnd();
        }));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A clock that stands where the test puts it; its timers are real.</summary>
internal sealed class SettableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 15, 30, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
