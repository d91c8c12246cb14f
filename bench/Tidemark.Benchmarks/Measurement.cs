using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tidemark.Commands.Demo;
using Tidemark.Connectors;
using Tidemark.Connectors.Postgres;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;

namespace Tidemark.Benchmarks;

/// <summary>One measurement; prints seconds and the peak of this process's memory in MB.</summary>
internal static class Measurement
{
    public const string Schema = "tidemark_bench";

    /// <summary>In the home's folder.</summary>
    public const string SqliteFile = "data.db";

    private const string Pipeline = "bench";

    public static async Task<int> RunAsync(string what, Settings settings)
    {
        var seconds = what switch
        {
            "pages" => await PagesAsync(settings),
            "serial" => await PagesAsync(settings with { Parallel = 1 }),
            "map" => await MapAsync(settings),
            "copy" => await RawCopy.RunAsync(settings, Schema),
            "first" => await SyncAsync(settings, WriteMode.Merge, isFirst: true),
            "full" => await SyncAsync(settings, WriteMode.Replace, isFirst: true),
            "again" => await SyncAsync(settings, WriteMode.Replace, isFirst: false),
            "nothing" => await NothingAsync(settings),
            "transfer" => await ShopSource.TransferAsync(settings),
            "version" => await StartUp.VersionAsync(),
            "runs" => await StartUp.RunsAsync(settings),
            _ => throw new InvalidOperationException($"There is nothing to measure called {what}."),
        };
        using var self = Process.GetCurrentProcess();
        Output.Line(string.Create(
            CultureInfo.InvariantCulture, $"{seconds:0.000} {PeakMegabytes():0} {self.TotalProcessorTime.TotalSeconds:0.000}"));
        return 0;
    }

    public static ISource OpenSource(Settings settings)
    {
        var connector = CompiledConnectors.Catalog().Find<ISourceConnector>(settings.Source)!;
        var problems = new List<Problem>();
        var bound = SettingsBinder.Bind(connector.Spec, SettingsOf(settings), settings.Source, problems);
        return problems.Count == 0 ? connector.OpenSource(bound, TimeProvider.System) : throw TidemarkException.ForAll(problems);
    }

    public static async Task<StreamSchema> StreamAsync(ISource source, Settings settings) =>
        (await source.DiscoverAsync(CancellationToken.None)).First(stream => stream.Name == settings.Stream);

    public static async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(PostgresAddress.Parse(Settings.Postgres).ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Drops everything that was written to PostgreSQL.</summary>
    public static async Task ClearAsync()
    {
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, $"DROP SCHEMA IF EXISTS {Schema} CASCADE; CHECKPOINT");
    }

    private static async Task<double> PagesAsync(Settings settings)
    {
        await using var source = OpenSource(settings);
        var stream = await StreamAsync(source, settings);
        var watch = Stopwatch.StartNew();
        var records = 0;
        await foreach (var page in source.ReadAsync(new ReadRequest(stream, null), CancellationToken.None))
        {
            records += page.Records.Count;
            page.Dispose();
        }

        // A vendor whose pages overlap gives some records twice.
        return records >= settings.Records ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException($"{records} records");
    }

    private static async Task<double> MapAsync(Settings settings)
    {
        await using var source = OpenSource(settings);
        var stream = await StreamAsync(source, settings);
        var mapper = new RecordMapper(stream, reportsNewFields: true, keepsRaw: true);
        var batch = new RowBatch(stream);
        var watch = Stopwatch.StartNew();
        await foreach (var page in source.ReadAsync(new ReadRequest(stream, null), CancellationToken.None))
        {
            foreach (var place in page.Records)
            {
                if (!mapper.Map(page.Bytes.Span.Slice(place.Start, place.Length), place.IsDeletion, batch).IsAdded)
                    throw new InvalidOperationException("A record does not fit.");
            }

            page.Dispose();
            if (batch.Count > 5000) batch.Clear();
        }

        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> SyncAsync(Settings settings, WriteMode mode, bool isFirst)
    {
        if (isFirst) await ClearAsync();
        return await InHomeAsync(settings, async (home, _) =>
        {
            var request = new SyncRun(Pipeline) { Mode = mode };
            var watch = Stopwatch.StartNew();
            var result = await home.RunAsync(request, new(RunTrigger.Command, null), RunWatch.None, CancellationToken.None);
            var figures = result.Streams[0];
            var isRight = result.Status == RunStatus.Succeeded && figures.Read >= settings.Records
                && (isFirst ? figures.Created : figures.Unchanged) == settings.Records;
            return isRight ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException(RunJson.Write(result));
        });
    }

    /// <summary>A merge when nothing has changed since the one before, which another process has made.</summary>
    private static Task<double> NothingAsync(Settings settings) => InHomeAsync(settings, async (home, _) =>
    {
        var watch = Stopwatch.StartNew();
        var result = await MergeAsync(home);
        return result.Streams[0] is { Created: 0, Updated: 0, Deleted: 0 } figures && figures.Read < settings.Records / 2
            ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException(RunJson.Write(result));
    });

    /// <summary>A merge that must succeed, of a pipeline that <see cref="InHomeAsync"/> has made.</summary>
    public static async Task<RunResult> MergeAsync(Home home)
    {
        var result = await home.RunAsync(
            new SyncRun(Pipeline) { Mode = WriteMode.Merge }, new(RunTrigger.Command, null), RunWatch.None, CancellationToken.None);
        return result.Status == RunStatus.Succeeded ? result : throw new InvalidOperationException(RunJson.Write(result));
    }

    /// <summary>Works in a home with a pipeline into PostgreSQL, which is removed afterwards.</summary>
    public static async Task<double> InHomeAsync(Settings settings, Func<Home, string, Task<double>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("tidemark-bench-");
        try
        {
            var home = await HomeAsync(folder.FullName, settings);
            await home.Definitions.Pipelines.SaveAsync(
                new PipelineDefinition(Pipeline, "source", "postgres") { Streams = [settings.Stream] }, CancellationToken.None);
            return await measure(home, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A home with the source, and destinations that are called as their connectors are.</summary>
    public static async Task<Home> HomeAsync(string folder, Settings settings)
    {
        var home = await Home.OpenAsync(new HomeOptions(folder), CompiledConnectors.Catalog(), TimeProvider.System, CancellationToken.None);
        await home.Definitions.Sources.SaveAsync(
            new SourceDefinition("source", settings.Source, SettingsOf(settings)), CancellationToken.None);
        await home.Definitions.Destinations.SaveAsync(
            new DestinationDefinition("postgres", "postgres", new Dictionary<string, string>
            {
                ["url"] = Settings.Postgres,
                ["schema"] = Schema,
            }),
            CancellationToken.None);
        await home.Definitions.Destinations.SaveAsync(
            new DestinationDefinition("sqlite", "sqlite", new Dictionary<string, string> { ["path"] = Path.Combine(folder, SqliteFile) }),
            CancellationToken.None);
        return home;
    }

    public static Dictionary<string, string> SettingsOf(Settings settings)
    {
        var all = DemoSources.Settings(settings.Source, settings.Vendor!.ToString());
        all["allow_private_network"] = "true";
        all["parallel"] = settings.Parallel.ToString(CultureInfo.InvariantCulture);
        // Stripe reads 0 as the vendor's own limit.
        if (!settings.KeepsPace) all["requests_per_second"] = settings.Source == "stripe" ? "1000" : "0";
        return all;
    }

    private static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
