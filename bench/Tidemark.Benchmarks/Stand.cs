using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Tidemark.Sandbox;

namespace Tidemark.Benchmarks;

/// <summary>The stand-in vendor in a process of its own.</summary>
internal sealed class Stand(Process process, Uri vendor, Uri control) : IDisposable
{
    public Uri Vendor => vendor;

    public static async Task<Stand> StartAsync(Settings settings)
    {
        var process = Child.Start(["sandbox", settings.Source, settings.Records.ToString(CultureInfo.InvariantCulture)]);
        var addresses = (await process.StandardOutput.ReadLineAsync())!.Split(' ');
        var stand = new Stand(process, new Uri(addresses[0]), new Uri(addresses[1]));
        if (settings.Delay > 0)
        {
            using var client = new HttpClient { BaseAddress = stand.Control };
            using var answer = await client.PostAsJsonAsync(
                $"/faults/{settings.Source}", new { fault = "delay", milliseconds = settings.Delay, times = -1 });
            answer.EnsureSuccessStatusCode();
        }

        return stand;
    }

    /// <summary>Requests that were made since this was asked last, and seconds between the first and the last of them.</summary>
    public async Task<(int Count, double Seconds)> RequestsAsync(string source)
    {
        using var client = new HttpClient { BaseAddress = Control };
        var seen = (await client.GetFromJsonAsync<JsonElement>($"/requests/{source}"))!;
        using var reset = await client.DeleteAsync($"/requests/{source}");
        var count = seen.GetProperty("count").GetInt32();
        return count < 2 ? (count, 0)
            : (count, (seen.GetProperty("last_at").GetDateTimeOffset() - seen.GetProperty("first_at").GetDateTimeOffset()).TotalSeconds);
    }

    /// <summary>Changes records of a stream, and tells of it as the vendor does.</summary>
    public async Task ChangeAsync(string source, string stream, int records)
    {
        using var client = new HttpClient { BaseAddress = Control, Timeout = Timeout.InfiniteTimeSpan };
        using var answer = await client.PostAsJsonAsync($"/mutate/{source}/{stream}", new { update = new { count = records } });
        answer.EnsureSuccessStatusCode();
    }

    public static async Task<int> HoldAsync(string source, int records)
    {
        await using var server = await SandboxServer.StartAsync(
            new SandboxOptions { Port = 0, Size = records }, CancellationToken.None);
        Output.Line($"{server.Vendors[source]} {server.Control}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private Uri Control => control;
}

/// <summary>This program, started again.</summary>
internal static class Child
{
    public static Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(Child).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
