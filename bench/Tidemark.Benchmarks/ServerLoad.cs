using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tidemark.Engine.Access;
using Tidemark.Engine.Definitions;

namespace Tidemark.Benchmarks;

/// <summary>
/// What a server does for those who look while it syncs: requests at a steady rate beside a full reading into SQLite, and the same reading
/// without them. The server, the stand-in and the callers are processes of this machine.
/// </summary>
internal static class ServerLoad
{
    private const int Rate = 1000;
    private const int Callers = 16;
    private const int IdleSeconds = 15;

    public static async Task<int> RunAsync(Settings settings)
    {
        var folder = Directory.CreateTempSubdirectory("tidemark-bench-");
        try
        {
            using var stand = await Stand.StartAsync(settings);
            var token = await PrepareAsync(folder.FullName, settings with { Vendor = stand.Vendor });
            using var server = Process.Start(Published.Server(folder.FullName))!;
            try
            {
                var address = JsonElement.Parse((await server.StandardOutput.ReadLineAsync())!).GetProperty("address").GetString()!;
                using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Callers }) { BaseAddress = new Uri(new Uri(address), "api/v1/") };
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                await Task.Delay(TimeSpan.FromSeconds(IdleSeconds));
                Output.Line(string.Create(CultureInfo.InvariantCulture, $"idle: {Megabytes(server):0} MB"));
                await MeasureAsync(client, settings);
                Output.Line(string.Create(CultureInfo.InvariantCulture, $"afterwards: {Megabytes(server):0} MB"));
                return 0;
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> PrepareAsync(string folder, Settings settings)
    {
        await using var home = await Measurement.HomeAsync(folder, settings);
        await home.Definitions.Pipelines.SaveAsync(new PipelineDefinition("bench", "source", "sqlite") { Streams = [settings.Stream] }, CancellationToken.None);
        return (await home.Tokens.CreateAsync("bench", Role.Admin, [], expiresAt: null, actsAlone: false, new("bench", "command"), CancellationToken.None)).Text;
    }

    private static async Task MeasureAsync(HttpClient client, Settings settings)
    {
        await SyncAsync(client); // fills the table
        var (alone, beside, load) = (new List<double>(), new List<double>(), new Load(client));
        for (var round = 0; round < settings.Runs; round++)
        {
            alone.Add(await SyncAsync(client));
            using var over = new CancellationTokenSource();
            var calling = load.RunAsync(over.Token);
            beside.Add(await SyncAsync(client));
            await over.CancelAsync();
            await calling;
        }

        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"full reading of {settings.Records} records: {Median(alone):0.00} s alone, {Median(beside):0.00} s beside the requests, {Median(beside) / Median(alone):0.00} x"));
        Output.Line(load.Report());
    }

    private static async Task<double> SyncAsync(HttpClient client)
    {
        using var started = await client.PostAsJsonAsync(new Uri("runs", UriKind.Relative), new { pipeline = "bench", mode = "replace" });
        started.EnsureSuccessStatusCode();
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetString();
        while (true)
        {
            var now = await client.GetFromJsonAsync<JsonElement>(new Uri($"runs/{run}", UriKind.Relative));
            var status = now.GetProperty("status").GetString();
            if (status == "succeeded") return now.GetProperty("seconds").GetDouble();
            if (status is not ("queued" or "running")) throw new InvalidOperationException(now.ToString());
            await Task.Delay(100);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Megabytes(Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Callers that ask at a steady rate, whether they are answered fast or slowly.</summary>
    private sealed class Load(HttpClient client)
    {
        private static readonly string[] Paths = ["runs?limit=20", "status", "pipelines", "schedules", "runs?status=failed&limit=5"];

        private readonly ConcurrentBag<double> _answers = [];
        private readonly Stopwatch _asking = new();
        private long _asked;
        private long _errors;

        public async Task RunAsync(CancellationToken over)
        {
            _asking.Start();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => AskAsync(caller, over), CancellationToken.None)));
            _asking.Stop();
        }

        public string Report()
        {
            var sorted = _answers.Order().ToList();
            return string.Create(CultureInfo.InvariantCulture,
                $"{_asked / _asking.Elapsed.TotalSeconds:0} requests a second for {_asking.Elapsed.TotalSeconds:0} s, {_errors} errors, answered in {sorted[sorted.Count / 2]:0.0} ms (median), {sorted[sorted.Count * 99 / 100]:0.0} ms (99 of 100)");
        }

        private async Task AskAsync(int caller, CancellationToken over)
        {
            var (begin, every) = (Stopwatch.GetTimestamp(), TimeSpan.FromSeconds((double)Callers / Rate));
            for (var number = 0; !over.IsCancellationRequested; number++)
            {
                var ahead = (every * number) - Stopwatch.GetElapsedTime(begin);
                if (ahead > TimeSpan.Zero) await Task.Delay(ahead, CancellationToken.None);
                var asked = Stopwatch.GetTimestamp();
                Interlocked.Increment(ref _asked);
                try
                {
                    using var answer = await client.GetAsync(new Uri(Paths[(caller + number) % Paths.Length], UriKind.Relative), CancellationToken.None);
                    await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
                    if (!answer.IsSuccessStatusCode) Interlocked.Increment(ref _errors);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref _errors);
                }

                _answers.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
        }
    }
}
