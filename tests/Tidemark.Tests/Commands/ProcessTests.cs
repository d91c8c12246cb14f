using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Tidemark.Connectors.Sqlite;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What only a real process shows: signals, exit codes, a sudden end.</summary>
public sealed class ProcessTests : IDisposable
{
    // Half as long as the vendor takes for a call.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_demo_ends_well_with_one_line_a_run()
    {
        using var demo = Start("demo", "--once", "--size", "50", "--json");
        var output = await demo.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        await demo.WaitForExitAsync(CommandBench.Cancel);

        demo.ExitCode.ShouldBe(0);
        var runs = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        runs.Select(run => run.GetProperty("pipeline").GetString())
            .ShouldBe(Tidemark.Connectors.CompiledConnectors.Catalog().Names<Engine.Connectors.ISourceConnector>(), ignoreOrder: true);
        runs.ShouldAllBe(run => run.GetProperty("status").GetString() == "succeeded");
        runs.Single(run => run.GetProperty("pipeline").GetString() == "stripe").GetProperty("streams").EnumerateArray()
            .Single(stream => stream.GetProperty("stream").GetString() == "customers")
            .GetProperty("created").GetInt64().ShouldBe(50);
        File.Exists(Path.Combine(_bench.Home, "demo.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_named_from_one_folder_is_the_same_from_another()
    {
        await using var sandbox = await SandboxServer.StartAsync(new() { Size = 20, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(sandbox.Vendors["stripe"]);
        var (here, elsewhere) = (Directory.CreateDirectory(_bench.File("here")), Directory.CreateDirectory(_bench.File("elsewhere")));
        const string yaml = "destinations:\n  - { name: app, settings: { url: \"sqlite:app.db\" } }\n";
        await File.WriteAllTextAsync(Path.Combine(here.FullName, "t.yaml"), yaml, CommandBench.Cancel);

        (await EndAsync(here, "destination", "set", "local", "--connector", "sqlite", "path=local.db")).ShouldBe(0);
        (await EndAsync(here, "apply", "-f", "t.yaml")).ShouldBe(0);
        foreach (var name in new[] { "local", "app" })
        {
            (await EndAsync(elsewhere, "sync", "shop", name, "plans")).ShouldBe(0);
            File.Exists(Path.Combine(here.FullName, $"{name}.db")).ShouldBeTrue();
            (await _bench.DoAsync("export")).Output.ShouldContain(Path.Combine(here.FullName, $"{name}.db"));
        }

        elsewhere.EnumerateFileSystemInfos().ShouldBeEmpty();
        // What stands in the catalog stays what it is when another setting is named.
        (await EndAsync(elsewhere, "destination", "set", "local")).ShouldBe(0);
        (await _bench.DoAsync("export")).Output.ShouldContain(Path.Combine(here.FullName, "local.db"));
    }

    [Fact]
    public async Task The_file_of_variables_in_the_current_folder_fills_in_definitions()
    {
        var here = Directory.CreateDirectory(_bench.File("here"));
        const string yaml = "sources:\n  - { name: shop, connector: stripe, settings: { api_key: \"${SHOP_KEY}\" } }\n";
        await File.WriteAllTextAsync(Path.Combine(here.FullName, "t.yaml"), yaml, CommandBench.Cancel);

        (await EndAsync(here, "apply", "-f", "t.yaml")).ShouldBe(5);
        await File.WriteAllTextAsync(Path.Combine(here.FullName, ".env"), "SHOP_KEY=sk_test_x\n", CommandBench.Cancel);
        (await EndAsync(here, "apply", "-f", "t.yaml")).ShouldBe(0);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_a_sync_in_the_middle_of_a_call_and_leaves_it_resumable(string signal)
    {
        await using var sandbox = await StartSlowSandboxAsync();
        using var sync = Start("sync", "shop", "db", "customers", "--json");
        await UntilRunningAsync(sandbox);

        var asked = Stopwatch.GetTimestamp();
        await SignalAsync(sync, signal);
        var output = await sync.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        await sync.WaitForExitAsync(CommandBench.Cancel);

        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(Soon);
        sync.ExitCode.ShouldBe(130);
        JsonSerializer.Deserialize<JsonElement>(output).GetProperty("status").GetString().ShouldBe("cancelled");
        (await sync.StandardError.ReadToEndAsync(CommandBench.Cancel)).ShouldContain("Stopping.");
    }

    [Fact]
    public async Task A_killed_sync_is_not_shown_as_running()
    {
        await using var sandbox = await StartSlowSandboxAsync();
        using var sync = Start("sync", "shop", "db", "customers");
        await UntilRunningAsync(sandbox);
        await SignalAsync(sync, "KILL");
        await sync.WaitForExitAsync(CommandBench.Cancel);

        var run = (await _bench.DoAsync("runs", "--json")).Line;

        run.GetProperty("status").GetString().ShouldBe("failed");
        run.GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("run.interrupted");
        run.GetProperty("state").GetString()!.ShouldStartWith("Its process ended in the middle: what it had written until then is kept");
    }

    [Fact]
    public async Task P8_a_second_process_is_told_the_holder_and_takes_over_at_once_when_that_is_killed()
    {
        await using var sandbox = await StartSlowSandboxAsync();
        using var holder = Start("sync", "shop", "db", "customers");
        await UntilRunningAsync(sandbox);
        await HurryAsync(sandbox);
        var held = (await _bench.DoAsync("runs", "--json")).Line.GetProperty("run").GetString()!;

        using var second = Start("sync", "shop", "db", "customers", "--json");
        var refusal = await second.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        await second.WaitForExitAsync(CommandBench.Cancel);
        second.ExitCode.ShouldBe(6);
        foreach (var part in new[] { "pipeline.in_use", held, Environment.MachineName, $"pid {holder.Id})" })
            refusal.ShouldContain(part);

        await SignalAsync(holder, "KILL");
        await holder.WaitForExitAsync(CommandBench.Cancel);
        // No waiting for the lease to run out: a dead holder of this machine is seen to be dead.
        using var next = Start("sync", "shop", "db", "customers", "--json");
        var taken = await next.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        await next.WaitForExitAsync(CommandBench.Cancel);
        next.ExitCode.ShouldBe(0, taken);
        var runs = (await _bench.DoAsync("runs", "--json")).Lines;
        runs.Select(run => run.GetProperty("status").GetString()).ShouldBe(["succeeded", "failed"]);
        runs[1].GetProperty("problems")[0].GetProperty("code").GetString().ShouldBe("run.interrupted");
    }

    [Fact]
    public async Task P8_another_pipeline_waits_for_a_table_of_a_SQLite_file_and_has_it_when_the_holder_is_killed()
    {
        await using var sandbox = await StartSlowSandboxAsync();
        var file = _bench.File("db.sqlite");
        await _bench.DoAsync("destination", "set", "other", "--connector", "sqlite", $"path={file}");
        using var holder = Start("sync", "shop", "db", "customers", "--full");
        await using var database = new SqliteDatabase(new SqliteOptions { Path = file });
        await using var session = await database.OpenAsync(work: null, CommandBench.Cancel);
        var waiting = Task.CompletedTask;
        await UntilAsync(async () =>
        {
            waiting = session.LockAsync(new SqlName("main", "shop_customers"), CommandBench.Cancel);
            if (waiting.IsCompletedSuccessfully) await session.UnlockAsync(CommandBench.Cancel);
            return !waiting.IsCompleted;
        });

        await SignalAsync(holder, "KILL");
        await holder.WaitForExitAsync(CommandBench.Cancel);
        await waiting;
        await session.UnlockAsync(CommandBench.Cancel);
        await HurryAsync(sandbox);
        (await _bench.DoAsync("sync", "shop", "other", "customers", "--json")).Line.GetProperty("status").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_run_is_cancelled_from_another_process()
    {
        await using var sandbox = await StartSlowSandboxAsync();
        using var sync = Start("sync", "shop", "db", "customers");
        await UntilRunningAsync(sandbox);

        await HurryAsync(sandbox);
        var busy = await _bench.RunAsync("sync", "shop", "db", "customers", "--json");
        await _bench.DoAsync("run", "cancel", "last");
        await sync.WaitForExitAsync(CommandBench.Cancel);

        busy.Code.ShouldBe(6);
        busy.ErrorCode.ShouldBe("pipeline.in_use");
        sync.ExitCode.ShouldBe(130);
    }

    private async Task<SandboxServer> StartSlowSandboxAsync()
    {
        var sandbox = await SandboxServer.StartAsync(new() { Size = 3000, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(sandbox.Vendors["stripe"]);
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        using var slow = new StringContent(
            """{"fault":"delay","milliseconds":60000,"times":-1,"after":13}""", mediaType: new("application/json"));
        using var answer = await control.PostAsync(
            new Uri("faults/stripe", UriKind.Relative), slow, CommandBench.Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        return sandbox;
    }

    /// <summary>Until a call of the run is kept waiting: those of the check before it, one for the account and two a stream, are answered at once.</summary>
    private static Task UntilRunningAsync(SandboxServer sandbox) => UntilAsync(async () =>
    {
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        var faults = await control.GetStringAsync(new Uri("faults/stripe", UriKind.Relative), CommandBench.Cancel);
        return !faults.Contains("\"fired\":0", StringComparison.Ordinal);
    });

    /// <summary>Answers what is asked from now on at once; what waits goes on waiting.</summary>
    private static async Task HurryAsync(SandboxServer sandbox)
    {
        using var control = new HttpClient { BaseAddress = sandbox.Control };
        using var cleared = await control.DeleteAsync(new Uri("faults/stripe", UriKind.Relative), CommandBench.Cancel);
        cleared.IsSuccessStatusCode.ShouldBeTrue();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            if (await isSo()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), CommandBench.Cancel);
        }

        throw new TimeoutException("The run did not begin within a hundred seconds.");
    }

    private async Task<int> EndAsync(DirectoryInfo folder, params string[] args)
    {
        using var process = Start(folder.FullName, args);
        await process.StandardOutput.ReadToEndAsync(CommandBench.Cancel);
        await process.WaitForExitAsync(CommandBench.Cancel);
        return process.ExitCode;
    }

    private Process Start(params string[] args) => Start("", args);

    private Process Start(string folder, string[] args)
    {
        // Tests that run in the background ignore Ctrl-C, and so would whatever they start.
        var program = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "tidemark")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        program.Environment["DOTNET_EnableDiagnostics"] = "0"; // its pipes for debuggers would stay where it is killed
        foreach (var arg in args.Concat(["--home", _bench.Home])) program.ArgumentList.Add(arg);
        return Process.Start(program)!;
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(CommandBench.Cancel);
    }
}
