using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>The published program beside the benchmarks.</summary>
internal static class Published
{
    /// <summary>How it is started; what it writes is read by whoever starts it.</summary>
    public static ProcessStartInfo Start(params string[] arguments) => new(Path.Combine(AppContext.BaseDirectory, "tidemark"), arguments)
    {
        RedirectStandardOutput = true,
        UseShellExecute = false,
    };

    /// <summary>How a server of a home is started, on a port of its choice.</summary>
    public static ProcessStartInfo Server(string folder)
    {
        var start = Start("serve", "--port", "0", "--home", folder, "--json");
        start.RedirectStandardError = true;
        return start;
    }
}
