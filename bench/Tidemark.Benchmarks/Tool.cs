using System.Diagnostics;
using System.Globalization;

namespace Tidemark.Benchmarks;

/// <summary>A program of somebody else's, run to its end.</summary>
internal static class Tool
{
    /// <returns>What it wrote to its standard output.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await said : throw new InvalidOperationException($"{program}: {process.ExitCode} {await complained}");
    }

    /// <summary>Processor seconds of the children of this process that have ended, and of theirs.</summary>
    public static double ChildSeconds() => Seconds(Environment.ProcessId, own: false);

    /// <summary>Processor seconds of a process and of all its children, those that have ended too.</summary>
    public static double TreeSeconds(int process) =>
        Seconds(process, own: true) + Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(child => Parent(child) == process).Sum(child => Seconds(child, own: true));

    private static int Parent(int process) => Fields(process) is { Length: > 1 } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    // Of proc_pid_stat(5), 14 to 17: its own time in user and kernel mode, and that of children that were waited for.
    private static double Seconds(int process, bool own) =>
        Fields(process) is { Length: > 14 } fields ? fields[(own ? 11 : 13)..15].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / 100 : 0;

    /// <summary>The fields from the third on, those behind the name; empty where the process has gone.</summary>
    private static string[] Fields(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
