using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>What a start of the published program takes, in seconds from start to end.</summary>
internal static class StartUp
{
    public static Task<double> VersionAsync() => StartAsync("0.", "--version");

    /// <summary>Lists the runs of a home, of which there is one.</summary>
    public static Task<double> RunsAsync(Settings settings) => Measurement.InHomeAsync(settings, async (home, folder) =>
    {
        var run = await Measurement.MergeAsync(home);
        return await StartAsync(run.Run, "runs", "--home", folder);
    });

    private static async Task<double> StartAsync(string expected, params string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(Published.Start(arguments))!;
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && answer.Contains(expected, StringComparison.Ordinal)
            ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException(answer);
    }
}
