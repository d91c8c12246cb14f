using System.Diagnostics;
using System.Globalization;

namespace Tidemark.Engine.Runs.Leases;

/// <summary>The process that holds a lease, identified by more than its pid.</summary>
/// <param name="Host">Name of the machine.</param>
/// <param name="Pid">Process id there.</param>
/// <param name="Started">
/// When it started, in words that only this class compares: on Linux <c>boot id/pid namespace/clock ticks</c>, since
/// two containers may share a host name and neither sees the other's processes.
/// </param>
internal sealed record HolderProcess(string Host, int Pid, string Started)
{
    public static readonly HolderProcess Current =
        new(Environment.MachineName, Environment.ProcessId, StartOf(Environment.ProcessId) ?? "unknown");

    /// <summary>
    /// True where it is certain that the process is gone. False where it runs, and where that cannot be seen from here.
    /// </summary>
    public bool IsGone()
    {
        if (Host != Current.Host) return false;
        // Another machine or container of this name, or this machine before it was started again.
        if (World(Started) != World(Current.Started)) return false;
        return StartOf(Pid) != Started;
    }

    /// <summary>Null where there is no such process.</summary>
    internal static string? StartOf(int pid)
    {
        if (!OperatingSystem.IsLinux()) return StartElsewhere(pid);
        try
        {
            // The second field is the program's name in brackets, which may hold spaces and brackets itself.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            const int State = 0, StartTime = 19; // fields 3 and 22 of proc(5)
            if (fields[State] is "Z" or "X") return null; // dead, and its parent has not noticed yet
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var world = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return $"{boot}/{world}/{fields[StartTime]}";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? StartElsewhere(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>All but the ticks; empty where there is nothing else.</summary>
    private static string World(string started) => started[..Math.Max(0, started.LastIndexOf('/'))];
}
