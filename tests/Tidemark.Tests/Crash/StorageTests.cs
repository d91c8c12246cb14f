using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>
/// P1: a disk that takes no more, and a folder that takes nothing. No file of the process may grow beyond a limit (<c>ulimit -f</c>), which needs no rights:
/// a write is then refused with EFBIG, as it is with ENOSPC on a disk that is full.
/// </summary>
public sealed class StorageTests : IAsyncDisposable
{
    private const int Customers = 6000;

    private readonly TestFolder _folder = new();
    private readonly SqliteWorkbench _database = new();
    private readonly TidemarkProgram _program;
    private SandboxServer? _sandbox;

    public StorageTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_merge_keeps_what_was_written_and_the_next_one_goes_on()
    {
        await PrepareAsync();

        var (code, hint) = await RefusedAsync(kilobytes: 3000, "sync", "stripe", "data", "customers", "--json");

        code.ShouldBe("sqlite.disk_error");
        hint.ShouldNotBeEmpty();
        (await RowsAsync()).ShouldBeSubsetOf(await TruthAsync());
        await SucceedAsync("sync", "stripe", "data", "customers");
    }

    [Theory]
    [InlineData("--full", 3000, "sqlite.disk_error")] // the staging
    [InlineData("--refresh", 400, "backup.cannot_write")] // the backup, which is smaller
    [InlineData("--full", 30, "catalog.unwritable")] // nothing at all
    public async Task Old_rows_stay_until_the_new_ones_are_complete(string how, int kilobytes, string code)
    {
        await PrepareAsync();
        await SucceedAsync("sync", "stripe", "data", "customers");
        var before = await RowsAsync();
        using (var control = new HttpClient { BaseAddress = _sandbox!.Control })
        {
            using var change = await control.PostAsJsonAsync(
                "/mutate/stripe/customers", new { update = new { count = Customers, set = new { description = "new" } } }, Stop);
            change.EnsureSuccessStatusCode();
        }

        var refused = await RefusedAsync(kilobytes, "sync", "stripe", "data", "customers", how, "--json");

        refused.Code.ShouldBe(code);
        refused.Hint.ShouldNotBeEmpty();
        (await RowsAsync()).SequenceEqual(before).ShouldBeTrue();
        var backups = Path.Combine(_program.Home, "backups");
        if (Directory.Exists(backups)) Directory.GetFiles(backups).ShouldBeEmpty();
        await SucceedAsync("sync", "stripe", "data", "customers", how);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_that_takes_no_backup_stops_a_refresh_before_anything_is_read()
    {
        await PrepareAsync();
        await SucceedAsync("sync", "stripe", "data", "customers");
        var folder = Directory.CreateDirectory(Path.Combine(_program.Home, "backups"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var refused = await RefusedAsync(_program.StartBoundByModes(["sync", "stripe", "data", "customers", "--refresh", "--json"]));

        refused.Code.ShouldBe("backup.cannot_write");
        refused.Hint.ShouldNotBeEmpty();
        folder.EnumerateFileSystemInfos().ShouldBeEmpty();
        folder.UnixFileMode |= UnixFileMode.UserWrite;
        await SucceedAsync("sync", "stripe", "data", "customers", "--refresh");
        folder.EnumerateFiles("*.zip").ShouldHaveSingleItem();
    }

    private async Task PrepareAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = Customers }, Stop);
        (await _program.RunAsync("source", "set", "stripe", "--connector", "stripe", "api_key=sk_test_tidemark",
            $"base_url={_sandbox.Vendors["stripe"]}", "allow_private_network=true", "requests_per_second=1000")).ShouldBe(0);
        (await _program.RunAsync("destination", "set", "data", "--connector", "sqlite", $"path={_database.File}")).ShouldBe(0);
    }

    private async Task SucceedAsync(params string[] arguments)
    {
        (await _program.RunAsync(arguments)).ShouldBe(0);
        (await RowsAsync()).SequenceEqual(await TruthAsync()).ShouldBeTrue();
    }

    /// <summary>What it says where no file may be larger.</summary>
    private Task<(string? Code, string? Hint)> RefusedAsync(int kilobytes, params string[] arguments) =>
        RefusedAsync(_program.StartLimited(kilobytes, arguments));

    private static async Task<(string? Code, string? Hint)> RefusedAsync(Process process)
    {
        using var started = process;
        var prose = process.StandardError.ReadToEndAsync(Stop);
        var answer = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        TestContext.Current.TestOutputHelper?.WriteLine($"{process.ExitCode.ToString(CultureInfo.InvariantCulture)} {answer} {await prose}");
        process.ExitCode.ShouldBeInRange(1, 6);
        var said = JsonNode.Parse(answer)!;
        var problem = said["error"] ?? said["problems"]![0]!;
        return (problem["code"]?.ToString(), problem["hint"]?.ToString());
    }

    private async Task<IReadOnlyList<string>> RowsAsync() =>
        await _database.QueryAsync("SELECT id, description FROM stripe_customers ORDER BY id");

    private async Task<IReadOnlyList<string>> TruthAsync()
    {
        using var control = new HttpClient { BaseAddress = _sandbox!.Control };
        var truth = await control.GetFromJsonAsync<JsonNode>("/truth/stripe/customers?full=true", Stop);
        return [.. truth!["records"]!.AsArray().Select(record => $"{record!["id"]}|{record["description"]}").Order(StringComparer.Ordinal)];
    }
}
