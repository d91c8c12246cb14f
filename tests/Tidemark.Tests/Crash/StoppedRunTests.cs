using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>A run whose process is stopped (SIGSTOP) in the middle, and goes on (SIGCONT) after another has written its table.</summary>
public sealed class StoppedRunTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly PostgresWorkbench _postgres = new();
    private readonly TidemarkProgram _program;
    private Process? _stopped;

    public StoppedRunTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _stopped?.Kill();
        _stopped?.Dispose();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("data", "--full")] // the same pipeline
    [InlineData("other", "--merge")] // another one, into the same table
    public async Task H6_a_stopped_run_loses_its_table_after_the_term_of_a_lease_and_writes_nothing_when_it_goes_on(string next, string mode)
    {
        await using var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 3000 }, Stop);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        (await _program.RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark",
            $"base_url={sandbox.Vendors["stripe"]}", "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        foreach (var name in new[] { "data", "other" })
        {
            (await _program.RunAsync(
                "destination", "set", name, "--connector", "postgres", $"url={TestPostgres.Url}", $"schema={_postgres.Schema}")).ShouldBe(0);
        }

        (await _program.RunAsync("sync", "stripe", "data", "customers")).ShouldBe(0);
        using (var slow = await control.PostAsJsonAsync("/faults/stripe", new { fault = "delay", milliseconds = 20_000, times = -1, after = 20 }, Stop))
            slow.EnsureSuccessStatusCode();
        var taken = await _postgres.RowsAsync("_tidemark_fences");
        var stopped = _stopped = _program.Start(["sync", "stripe", "data", "customers", "--full", "--json"]);
        while ((await control.GetStringAsync(new Uri("/faults/stripe", UriKind.Relative), Stop)).Contains("\"fired\":0", StringComparison.Ordinal)
            || taken.SequenceEqual(await _postgres.RowsAsync("_tidemark_fences")))
        {
            stopped.HasExited.ShouldBeFalse("it has ended by itself");
            await Task.Delay(50, Stop);
        }

        await SignalAsync(stopped, "STOP");
        // Stopped while it writes to the catalog, it would keep every other process from it.
        while (await IsCatalogLockedAsync())
        {
            await SignalAsync(stopped, "CONT");
            await Task.Delay(50, Stop);
            await SignalAsync(stopped, "STOP");
        }

        (await control.DeleteAsync(new Uri("/faults/stripe", UriKind.Relative), Stop)).EnsureSuccessStatusCode();
        using (var change = await control.PostAsJsonAsync("/mutate/stripe/customers", new { update = new { count = 40, set = new { description = "later" } } }, Stop))
            change.EnsureSuccessStatusCode();

        // The pipeline is the stopped run's until its lease has ended, and so is the table.
        while (await _program.RunAsync("sync", "stripe", next, "customers", mode) is var code and not 0)
        {
            code.ShouldBe(6);
            await Task.Delay(500, Stop);
        }

        var rows = await RowsAsync();
        rows.Count(row => row.EndsWith("|later", StringComparison.Ordinal)).ShouldBe(40);
        await SignalAsync(stopped, "CONT");
        var said = await stopped.StandardOutput.ReadToEndAsync(Stop);
        await stopped.WaitForExitAsync(Stop);

        stopped.ExitCode.ShouldNotBe(0, said);
        JsonSerializer.Deserialize<JsonElement>(said).GetProperty("problems").EnumerateArray()
            .Select(problem => problem.GetProperty("code").GetString())
            .ShouldAllBe(code => code == "run.lease_lost" || code == "postgres.connection_lost" || code == "postgres.interrupted", said);
        (await RowsAsync()).ShouldBe(rows);
    }

    private Task<IReadOnlyList<string>> RowsAsync() => _postgres.QueryAsync("SELECT id, _run, description FROM stripe_customers ORDER BY id");

    private async Task<bool> IsCatalogLockedAsync()
    {
        await using var catalog = new SqliteConnection($"Data Source={Path.Combine(_program.Home, "catalog.db")};Pooling=False;Default Timeout=1");
        await catalog.OpenAsync(Stop);
        try
        {
            await using var transaction = catalog.BeginTransaction(deferred: false);
            return false;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == SQLitePCL.raw.SQLITE_BUSY)
        {
            return true;
        }
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Stop);
        kill.ExitCode.ShouldBe(0);
    }
}
