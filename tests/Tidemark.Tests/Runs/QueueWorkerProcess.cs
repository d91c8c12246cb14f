using System.Diagnostics;
using Tidemark.Connectors;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Runs;

/// <summary>
/// A worker in a process of its own: this assembly, started to run the one test below, which works until it is killed.
/// Nobody else runs that test, since it is explicit.
/// </summary>
public sealed class QueueWorkerProcess
{
    private const string AddressVariable = "TIDEMARK_TEST_WORKER_CATALOG";
    private const string LogVariable = "TIDEMARK_TEST_WORKER_LOG";

    private readonly Lock _log = new();

    /// <param name="address">The catalog.</param>
    /// <param name="log">File that receives the id of every run that it begins.</param>
    public static Process Start(string address, string log)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                typeof(QueueWorkerProcess).Assembly.Location, "-explicit", "only", "-noColor",
                "-method", $"{typeof(QueueWorkerProcess).FullName}.{nameof(Works_until_it_is_killed)}",
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its pipes for debuggers would stay where it is killed
        start.Environment[AddressVariable] = address;
        start.Environment[LogVariable] = log;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>The catalog at an address.</summary>
    public static async Task<CatalogDatabase> OpenAsync(string address, CancellationToken cancellationToken)
    {
        CatalogDatabase catalog = address.StartsWith("postgres:", StringComparison.Ordinal)
            ? CatalogAddress.Open(address, new HomeFolder(Path.GetTempPath()), CompiledConnectors.Catalog().All)
            : new SqliteCatalog(new HomeFolder(address));
        await catalog.PrepareAsync(cancellationToken);
        return catalog;
    }

    /// <summary>The whole lines of a log that is being written.</summary>
    public static IReadOnlyList<string> ReadLog(string log)
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var text = new StreamReader(file);
        var lines = text.ReadToEnd().Split('\n');
        return lines[..^1];
    }

    [Fact(Explicit = true)]
    public async Task Works_until_it_is_killed()
    {
        var address = Environment.GetEnvironmentVariable(AddressVariable);
        Assert.SkipWhen(address is null, "It is started by other tests.");
        var stop = TestContext.Current.CancellationToken;
        var catalog = await OpenAsync(address!, stop);
        await using var log = new FileStream(
            Environment.GetEnvironmentVariable(LogVariable)!, FileMode.Create, FileAccess.Write, FileShare.Read);
        var queue = new RunQueue(catalog, TimeProvider.System);
        var shell = new RunShell(TimeProvider.System);
        var worker = new RunWorker(queue, (journal, stopped) => shell.RunAsync(journal, async run =>
        {
            run.Begin(() => []);
            Note(log, run.Journal.Run);
            await Task.Delay(20, run.Stop);
            return RunStatus.Succeeded;
        }, RunWatch.None, stopped), maxConcurrentRuns: 4, TimeProvider.System);
        var reconciler = new Reconciler(new RunStore(catalog, TimeProvider.System), queue.Signal, TimeProvider.System)
        {
            Every = TimeSpan.FromSeconds(1),
        };

        await Task.WhenAll(worker.RunAsync(stop), reconciler.RunAsync(stop));
    }

    private void Note(FileStream log, string run)
    {
        lock (_log)
        {
            log.Write(System.Text.Encoding.ASCII.GetBytes(run + "\n"));
            log.Flush();
        }
    }
}
