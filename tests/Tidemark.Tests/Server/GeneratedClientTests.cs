using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>What a program makes of the OpenAPI document of the server: a client that is typed and works.</summary>
public sealed class GeneratedClientTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_that_openapi_typescript_makes_compiles_and_runs_a_sync()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        foreach (var file in new[] { "package.json", "package-lock.json", "tsconfig.json", "sync.ts" }) File.Copy(Path.Combine(Client(), file), _folder.File(file));
        await RunAsync("npm", "ci", "--silent", "--no-audit", "--no-fund");

        await RunAsync("npx", "openapi-typescript", $"{bench.Admin.BaseAddress}openapi/v1.json", "-o", "client.ts");
        await RunAsync("npx", "tsc", "-p", ".");
        var said = await RunAsync("node", "out/sync.js", $"{bench.Admin.BaseAddress}", bench.Admin.DefaultRequestHeaders.Authorization!.Parameter!, "payments");

        said.ShouldStartWith("succeeded true customers:120 products:");
        said.Trim().ShouldEndWith(" true");
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ServerBench.Cancel), process.StandardError.ReadToEndAsync(ServerBench.Cancel));
        await process.WaitForExitAsync(ServerBench.Cancel);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await error}");
        return await output;
    }

    private static string Client([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "client"));
}
