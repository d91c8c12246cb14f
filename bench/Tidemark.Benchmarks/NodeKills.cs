using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Tidemark.Connectors;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;

namespace Tidemark.Benchmarks;

/// <summary>
/// Two servers over one catalog in PostgreSQL: hundreds of pipelines are due in the same minute, and again and again one of the servers is killed
/// and started anew. Each pipeline must have run once, and the time until a killed run was begun again is told.
/// </summary>
internal static class NodeKills
{
    private const int Kills = 20;
    private const string Catalog = "tidemark_bench_nodes";

    public static async Task<int> RunAsync(Settings settings)
    {
        var folder = Directory.CreateTempSubdirectory("tidemark-bench-");
        var environment = new Dictionary<string, string>
        {
            ["TIDEMARK_CATALOG"] = await MakeCatalogAsync(),
            ["TIDEMARK_ENCRYPTION_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        using var stand = await Stand.StartAsync(settings with { Records = 200 });
        await using var home = await Home.OpenAsync(
            new HomeOptions(folder.FullName) { Catalog = environment["TIDEMARK_CATALOG"], Key = environment["TIDEMARK_ENCRYPTION_KEY"] }, CompiledConnectors.Catalog(), TimeProvider.System, CancellationToken.None);
        var due = await PrepareAsync(home, folder.FullName, settings with { Vendor = stand.Vendor });
        var nodes = new[] { Start(folder.FullName, environment), Start(folder.FullName, environment) };
        try
        {
            var (kills, began) = (new List<DateTimeOffset>(), Stopwatch.StartNew());
            await Task.Delay(due - Now() is { Ticks: > 0 } ahead ? ahead : TimeSpan.Zero);
            while (kills.Count < Kills || !await IsDoneAsync(home, settings.Pipelines))
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
                if (kills.Count >= Kills) continue;
                var victim = kills.Count % 2;
                kills.Add(Now());
                nodes[victim].Kill();
                await nodes[victim].WaitForExitAsync();
                nodes[victim].Dispose();
                nodes[victim] = Start(folder.FullName, environment);
                if (began.Elapsed > TimeSpan.FromMinutes(30)) throw new InvalidOperationException("It takes too long.");
            }

            await ReportAsync(home, settings.Pipelines, due);
            return 0;
        }
        finally
        {
            foreach (var node in nodes)
            {
                node.Kill();
                await node.WaitForExitAsync();
                node.Dispose();
            }

            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> MakeCatalogAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(Settings.Postgres).ConnectionString);
        await using (var administrator = await Measurement.ConnectAsync())
        {
            await Measurement.ExecuteAsync(administrator, $"DROP DATABASE IF EXISTS {Catalog} WITH (FORCE)");
            await Measurement.ExecuteAsync(administrator, $"CREATE DATABASE {Catalog}");
        }

        var password = string.IsNullOrEmpty(connection.Password) ? "" : $":{Uri.EscapeDataString(connection.Password)}";
        return string.Create(CultureInfo.InvariantCulture, $"postgres://{connection.Username}{password}@{connection.Host}:{connection.Port}/{Catalog}");
    }

    /// <summary>Saves pipelines that are due in the same minute.</summary>
    private static async Task<DateTimeOffset> PrepareAsync(Home home, string folder, Settings settings)
    {
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("source", settings.Source, Measurement.SettingsOf(settings)), CancellationToken.None);
        for (var number = 0; number < settings.Pipelines; number++)
        {
            await home.Definitions.Destinations.SaveAsync(new DestinationDefinition($"db{number}", "sqlite", new Dictionary<string, string>
            {
                ["path"] = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number}.db")),
            }), CancellationToken.None);
        }

        var due = Now().AddMinutes(2);
        due = due.AddTicks(-(due.Ticks % TimeSpan.TicksPerMinute));
        for (var number = 0; number < settings.Pipelines; number++)
        {
            await home.Definitions.Pipelines.SaveAsync(new PipelineDefinition($"p{number}", "source", $"db{number}")
            {
                Streams = [settings.Stream],
                Schedules = [new PipelineSchedule(string.Create(CultureInfo.InvariantCulture, $"{due.Minute} {due.Hour} * * *"))],
            }, CancellationToken.None);
        }

        return due;
    }

    private static Process Start(string folder, Dictionary<string, string> environment)
    {
        var start = Published.Server(folder);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<bool> IsDoneAsync(Home home, int pipelines) =>
        (await home.Runs.ListAsync(int.MaxValue, new(), CancellationToken.None)).Count >= pipelines
        && (await home.Runs.ListAsync(1, new() { Statuses = [RunStatus.Queued, RunStatus.Running] }, CancellationToken.None)).Count == 0;

    private static async Task ReportAsync(Home home, int pipelines, DateTimeOffset due)
    {
        var runs = await home.Runs.ListAsync(int.MaxValue, new(), CancellationToken.None);
        var succeeded = runs.Where(run => run.Status == RunStatus.Succeeded).GroupBy(run => run.Pipeline).ToDictionary(same => same.Key, same => same.Count());
        var first = runs.Where(run => run.Repeats is null).GroupBy(run => run.Pipeline).ToDictionary(same => same.Key, same => same.Count());
        var killed = runs.Where(run => run.Result.Problems.Any(problem => problem.Code == "run.interrupted")).ToList();
        var waits = killed.Select(run => runs.FirstOrDefault(again => again.Repeats == run.Id) is { } again ? (again.StartedAt - run.FinishedAt!.Value).TotalSeconds : (double?)null).ToList();
        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"{pipelines} pipelines due at {due:HH:mm} UTC, {Kills} kills: {succeeded.Count(each => each.Value == 1)} succeeded once, {succeeded.Count(each => each.Value > 1)} more than once, {pipelines - succeeded.Count} never"));
        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"queued once: {first.Count(each => each.Value == 1)}, more often: {first.Count(each => each.Value > 1)}; runs: {string.Join(", ", runs.GroupBy(run => run.Status).Select(same => $"{same.Count()} {RunJson.Word(same.Key)}"))}"));
        var known = waits.OfType<double>().Order().ToList();
        Output.Line(known.Count == 0 ? "no run was killed" : string.Create(CultureInfo.InvariantCulture,
            $"{killed.Count} runs were killed; begun again after {known[0]:0.0} s at the least, {known[known.Count / 2]:0.0} s (median), {known[^1]:0.0} s at the most; {waits.Count(wait => wait is null)} were not begun again"));
        var last = runs.Where(run => run.Status == RunStatus.Succeeded).Max(run => run.FinishedAt)!.Value;
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"all were done {(last - due).TotalSeconds:0} s after they were due"));
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();
}
