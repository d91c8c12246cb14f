using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Crash;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Another process has the write lock of a SQLite file, and the run says so while it waits.</summary>
public sealed class LockedFileTests : IAsyncDisposable
{
    private const string WaitsForFile = "Another program writes to the database file ";
    private const string WaitsForCatalog = "Another process writes to the catalog in ";

    private readonly CommandBench _bench = new();
    private SandboxServer? _sandbox;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Data => _bench.File("db.sqlite");

    private string Catalog => Path.Combine(_bench.Home, "catalog.db");

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task O_a_run_says_for_how_long_it_waits_for_the_file_of_its_tables_and_who_has_it()
    {
        await SyncOnceAsync();
        var holder = await HoldAsync(Data);
        using var run = Sync();
        (await UntilAsync(run, WaitsForFile)).ShouldContain($"{WaitsForFile}{Data}.");

        while (await WaitsAsync() is not { } waits || !waits.TryGetProperty("for", out var what) || what.GetString() != $"{WaitsForFile}{Data}.")
            await Task.Delay(50, Stop); // it is written down within a second

        await holder.DisposeAsync();
        await EndAsync(run);
        var ended = (await WaitsAsync()).ShouldNotBeNull();
        ended.GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0.5);
        ended.TryGetProperty("for", out _).ShouldBeFalse("the wait is over");
        (await _bench.DoAsync("run", "logs", "last")).Output.ShouldContain($"Waiting: {WaitsForFile}");
    }

    [Fact]
    public async Task O_a_run_says_that_it_waits_for_the_catalog_before_it_is_recorded_and_while_it_goes_on()
    {
        await SyncOnceAsync();
        var catalog = await HoldAsync(Catalog);
        using var run = Sync();
        await UntilAsync(run, WaitsForCatalog);
        var data = await HoldAsync(Data);
        await catalog.DisposeAsync();
        await UntilAsync(run, WaitsForFile);

        catalog = await HoldAsync(Catalog);
        await data.DisposeAsync();
        await UntilAsync(run, WaitsForCatalog);
        await catalog.DisposeAsync();

        await EndAsync(run);
        (await _bench.DoAsync("run", "logs", "last")).Output.ShouldContain($"Waiting: {WaitsForCatalog}");
    }

    /// <summary>What the latest run has waited for, as the catalog has it; null for nothing.</summary>
    private async Task<JsonElement?> WaitsAsync() =>
        (await _bench.DoAsync("run", "show", "last", "--json")).Line.TryGetProperty("waits", out var waits) ? waits : null;

    private async Task SyncOnceAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, Stop);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("sync", "shop", "db", "plans");
    }

    private Process Sync() => new TidemarkProgram(_bench.Home).Start(["sync", "shop", "db", "plans"]);

    /// <summary>The write lock, of this process, which is not the run's.</summary>
    private static async Task<SqliteConnection> HoldAsync(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = new SqliteCommand("BEGIN IMMEDIATE", connection);
        await command.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    private static async Task<string> UntilAsync(Process run, string text)
    {
        var said = "";
        while (await run.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
            said += line + "\n";
        }

        throw new InvalidOperationException($"It has not said \"{text}\" but: {said}{await run.StandardError.ReadToEndAsync(Stop)}");
    }

    private static async Task EndAsync(Process run)
    {
        var rest = await run.StandardOutput.ReadToEndAsync(Stop) + await run.StandardError.ReadToEndAsync(Stop);
        await run.WaitForExitAsync(Stop);
        run.ExitCode.ShouldBe(0, rest);
    }
}
