using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;

namespace Tidemark.Benchmarks;

/// <summary>
/// A run that changes every row, beside its undo, and beside the same run with nothing kept for an undo. After the undo
/// every value of every row must be what it was.
/// </summary>
internal static class UndoComparison
{
    private static readonly string[] Destinations = ["postgres", "sqlite"];

    public static async Task<int> RunAsync(Settings settings)
    {
        Output.Line($"{settings.Records} rows, {settings.Runs} rounds; medians");
        Output.Line("destination   first s (kept / not)   run s (kept / not, x)      undo s   undo / run (min, median, max)");
        var named = Destinations.Intersect(settings.What).ToList();
        foreach (var destination in named.Count > 0 ? named : [.. Destinations])
        {
            var (kept, plain) = (new List<Round>(), new List<Round>());
            for (var round = 0; round < settings.Runs; round++)
            {
                kept.Add(await MeasureAsync(settings, destination, undoRuns: 10));
                plain.Add(await MeasureAsync(settings, destination, undoRuns: 0));
            }

            var ratios = kept.Select(round => round.Undo / round.Run).Order().ToList();
            Output.Line(string.Create(CultureInfo.InvariantCulture,
                $"{destination,-10} {Median(kept, round => round.First),10:0.00} / {Median(plain, round => round.First):0.00} {Median(kept, round => round.Run),12:0.00} / {Median(plain, round => round.Run):0.00} ({Median(kept.Zip(plain), pair => pair.First.Run / pair.Second.Run):0.00} x) {Median(kept, round => round.Undo),10:0.00}   {ratios[0]:0.00}, {ratios[ratios.Count / 2]:0.00}, {ratios[^1]:0.00}"));
        }

        return 0;
    }

    private static async Task<Round> MeasureAsync(Settings settings, string destination, int undoRuns)
    {
        using var stand = await Stand.StartAsync(settings);
        await Measurement.ClearAsync();
        var folder = Directory.CreateTempSubdirectory("tidemark-bench-");
        try
        {
            var home = await Measurement.HomeAsync(folder.FullName, settings with { Vendor = stand.Vendor });
            var pipeline = new PipelineDefinition("bench", "source", destination) { UndoRuns = undoRuns, Streams = [settings.Stream] };
            await home.Definitions.Pipelines.SaveAsync(pipeline, CancellationToken.None);
            var (first, _) = await SyncAsync(home, pipeline, figures => figures.Created == settings.Records);
            var before = await HashAsync(folder.FullName, settings, destination);
            await stand.ChangeAsync(settings.Source, settings.Stream, settings.Records);
            var (run, id) = await SyncAsync(home, pipeline, figures => figures.Updated == settings.Records);
            if (undoRuns == 0) return new Round(first, run, 0);

            var watch = Stopwatch.StartNew();
            var undone = await home.RunAsync(new UndoRun(pipeline.Name, id), new(RunTrigger.Command, null), RunWatch.None, CancellationToken.None);
            var undo = watch.Elapsed.TotalSeconds;
            Require(undone, figures => figures.Updated == settings.Records);
            return before == await HashAsync(folder.FullName, settings, destination)
                ? new Round(first, run, undo) : throw new InvalidOperationException("The rows are not what they were.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double Seconds, string Run)> SyncAsync(
        Home home, PipelineDefinition pipeline, Predicate<StreamFigures> isRight)
    {
        var watch = Stopwatch.StartNew();
        var result = await home.RunAsync(
            new SyncRun(pipeline.Name) { Mode = WriteMode.Merge }, new(RunTrigger.Command, null), RunWatch.None, CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        Require(result, isRight);
        return (seconds, result.Run);
    }

    private static void Require(RunResult result, Predicate<StreamFigures> isRight)
    {
        if (result.Status != RunStatus.Succeeded || !isRight(result.Streams[0])) throw new InvalidOperationException(RunJson.Write(result));
    }

    /// <summary>Over every value of every row, in the order of keys.</summary>
    private static async Task<string> HashAsync(string folder, Settings settings, string destination)
    {
        await using DbConnection connection = destination == "sqlite"
            ? new SqliteConnection($"Data Source={Path.Combine(folder, Measurement.SqliteFile)};Pooling=False")
            : await Measurement.ConnectAsync();
        if (destination == "sqlite") await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        var schema = destination == "sqlite" ? "main" : Measurement.Schema;
        command.CommandText = $"SELECT * FROM {schema}.source_{settings.Stream} ORDER BY id";
        command.CommandTimeout = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            for (var column = 0; column < reader.FieldCount; column++)
            {
                var text = Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture);
                hash.AppendData(Encoding.UTF8.GetBytes($"{text}\0"));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static double Median<T>(IEnumerable<T> rounds, Func<T, double> seconds)
    {
        var ordered = rounds.Select(seconds).Order().ToList();
        return ordered[ordered.Count / 2];
    }

    /// <summary>Seconds of the first load, of the run that changed every row, and of its undo.</summary>
    private sealed record Round(double First, double Run, double Undo);
}
