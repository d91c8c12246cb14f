using System.Diagnostics;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>The program itself, as processes of its own that a test may kill.</summary>
internal sealed class TidemarkProgram(string home)
{
    public string Home => home;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Runs it to its end; what it says on standard error is in the test's output where it fails.</summary>
    public async Task<int> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var said = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        if (process.ExitCode != 0) TestContext.Current.TestOutputHelper?.WriteLine(await said);
        return process.ExitCode;
    }

    public Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "tidemark"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments.Concat(["--home", home])) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
