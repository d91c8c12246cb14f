using System.Diagnostics;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>The program itself, as processes of its own that a test may kill.</summary>
internal sealed class TidemarkProgram(string home)
{
    // What a process that was killed by signal 9 ends with.
    private const int Killed = 128 + 9;

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

    /// <summary>Starts it and kills it (SIGKILL) at a moment.</summary>
    /// <param name="moment">Ends when it is to be killed.</param>
    /// <param name="arguments">Of the program.</param>
    /// <returns>False where it had come to its end by itself.</returns>
    public async Task<bool> KillAsync(Func<Process, Task> moment, params string[] arguments)
    {
        using var victim = Start(arguments);
        await moment(victim);
        victim.Kill();
        await victim.WaitForExitAsync(Stop);
        return victim.ExitCode == Killed;
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
