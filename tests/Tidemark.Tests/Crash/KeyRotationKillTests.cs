using System.Diagnostics;
using Shouldly;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Secrets;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>H6: processes that rotate the key are killed (SIGKILL) at each step, while another process reads the secrets.</summary>
public sealed class KeyRotationKillTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TidemarkProgram _program;

    public KeyRotationKillTests() => _program = new TidemarkProgram(_folder.File("home"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Key => Path.Combine(_program.Home, "key");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task H6_wherever_a_rotation_is_killed_the_key_that_fits_is_there_and_readers_notice_nothing()
    {
        (await _program.RunAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_tidemark")).ShouldBe(0);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var reader = ReadUntilAsync(done.Token);
        Func<Process, Task>[] moments =
        [
            process => WaitAsync(process, () => File.Exists(Key + ".next.tmp")),
            process => WaitAsync(process, () => File.Exists(Key + ".next")),
            async process =>
            {
                var id = await KeyIdAsync();
                while (!process.HasExited && await KeyIdAsync() == id) await Task.Yield();
            },
            process =>
            {
                var written = File.GetLastWriteTimeUtc(Key);
                return WaitAsync(process, () => File.GetLastWriteTimeUtc(Key) != written);
            },
        ];
        for (var round = 0; round < 3; round++)
        {
            foreach (var moment in moments)
            {
                await _program.KillAsync(moment, "secrets", "rotate");
                (await RevealAsync()).ShouldBe("sk_test_tidemark");
            }
        }

        await Task.WhenAll(_program.RunAsync("secrets", "rotate"), _program.RunAsync("secrets", "rotate"));
        await done.CancelAsync();
        (await reader).ShouldBeGreaterThan(0);
        (await RevealAsync()).ShouldBe("sk_test_tidemark");
    }

    /// <summary>Looks without a pause, since the moments are short.</summary>
    private static async Task WaitAsync(Process process, Func<bool> isThere)
    {
        while (!process.HasExited && !isThere()) await Task.Yield();
    }

    private async Task<int> ReadUntilAsync(CancellationToken done)
    {
        var readings = 0;
        for (; !done.IsCancellationRequested; readings++)
        {
            (await RevealAsync()).ShouldBe("sk_test_tidemark");
            await Task.Yield();
        }

        return readings;
    }

    /// <summary>As a process that knows no key yet.</summary>
    private async Task<string> RevealAsync()
    {
        await using var catalog = new SqliteCatalog(new HomeFolder(_program.Home));
        await using var connection = await catalog.ConnectAsync(Stop);
        var secrets = await new SecretVault(catalog, new HomeFolder(_program.Home), givenKey: null).RevealAsync(connection, "source", "s");
        return secrets["api_key"];
    }

    private async Task<string?> KeyIdAsync()
    {
        await using var catalog = new SqliteCatalog(new HomeFolder(_program.Home));
        await using var connection = await catalog.ConnectAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM facts WHERE name = 'key_id'";
        return (string?)await command.ExecuteScalarAsync(Stop);
    }
}
