using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>The program itself, as processes of its own that a test may kill.</summary>
internal sealed class TidemarkProgram(string home)
{
    // What a process that was killed by signal 9 ends with.
    private const int Killed = 128 + 9;

    public string Home => home;

    /// <summary>Variables of its environment beside those of this process.</summary>
    public Dictionary<string, string> Variables { get; } = [];

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

    /// <summary>Runs it to its end, and reads the first object that it writes.</summary>
    public async Task<JsonElement> AnswerAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var line = await LineAsync(process);
        await process.WaitForExitAsync(Stop);
        return line;
    }

    /// <summary>Starts a server on a free port; it answers when this is done.</summary>
    public async Task<(Process Server, Uri Address)> ServeAsync()
    {
        var server = Start(["serve", "--port", "0", "--json"]);
        var address = new Uri((await LineAsync(server)).GetProperty("address").GetString()!);
        server.ErrorDataReceived += (_, _) => { };
        server.BeginErrorReadLine(); // nobody reads it, and a full pipe would stop the server
        return (server, address);
    }

    private static async Task<JsonElement> LineAsync(Process process) => JsonSerializer.Deserialize<JsonElement>(
        await process.StandardOutput.ReadLineAsync(Stop) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Stop)));

    /// <summary>Starts it and kills it (SIGKILL) at a moment.</summary>
    /// <param name="moment">A task that ends at that moment.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <returns>False where it had come to its end by itself.</returns>
    public async Task<bool> KillAsync(Func<Process, Task> moment, params string[] arguments)
    {
        using var victim = Start(arguments);
        await moment(victim);
        victim.Kill();
        await victim.WaitForExitAsync(Stop);
        return victim.ExitCode == Killed;
    }

    public Process Start(IEnumerable<string> arguments) => Start(Executable, arguments);

    /// <summary>Starts it so that no file which it writes may grow larger.</summary>
    public Process StartLimited(int kilobytes, IEnumerable<string> arguments)
    {
        const int Block = 512; // of ulimit, by POSIX
        var blocks = (kilobytes * 1024 / Block).ToString(CultureInfo.InvariantCulture);
        // Unless the signal is ignored it ends the process. The runtime would keep its code in a file beyond the limit.
        return Start("/bin/sh",
        [
            "-c", "trap '' XFSZ; ulimit -f $0; export DOTNET_EnableWriteXorExecute=0; exec \"$@\"", blocks, Executable, .. arguments,
        ]);
    }

    /// <summary>Starts it so that the modes of files and folders hold for it, which the superuser passes over.</summary>
    public Process StartBoundByModes(IEnumerable<string> arguments) => Environment.IsPrivilegedProcess
        ? Start("setpriv", ["--bounding-set=-dac_override", Executable, .. arguments])
        : Start(arguments);

    private static string Executable => Path.Combine(AppContext.BaseDirectory, "tidemark");

    private Process Start(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        // Its pipes for debuggers would stay where it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        foreach (var argument in arguments.Concat(["--home", home])) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
