using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Settings;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Zoho;

/// <summary>A stand-in Zoho and a pipeline from it, with settings of a test's own.</summary>
internal static class ZohoBench
{
    public static Dictionary<string, string> Settings(Uri address, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            // Tokens are kept per client: a port that another stand-in had before must not bring its token along.
            ["client_id"] = $"tidemark-{Guid.NewGuid():N}",
            ["client_secret"] = "tidemark",
            ["refresh_token"] = "tidemark",
            ["accounts_url"] = address.ToString(),
            ["allow_private_network"] = "true",
            ["retries"] = "3",
            ["token_wait"] = "1",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }

    public static Task<VendorBench> StartAsync(int size, params (string Name, string Value)[] more) =>
        VendorBench.StartAsync("zoho", size, address => Settings(address, more));

    /// <summary>A stand-in, a pipeline from it, and the connector's settings to do without the pipeline.</summary>
    public static async Task<(VendorBench Bench, ZohoOptions Options)> OpenAsync(int size, params (string Name, string Value)[] more)
    {
        Uri? address = null;
        var bench = await VendorBench.StartAsync("zoho", size, found => Settings(address = found, more));
        var problems = new List<Problem>();
        var options = SettingsBinder.Bind(new ZohoConnector().Spec, Settings(address!, more), "zoho", problems).As<ZohoOptions>();
        problems.ShouldBeEmpty();
        return (bench, options);
    }

    /// <summary>Values to set, under names whose letters stay as they are.</summary>
    public static Dictionary<string, object> Values(params (string Name, object Value)[] values) =>
        values.ToDictionary(each => each.Name, each => each.Value, StringComparer.Ordinal);

    public static async Task SucceedsAsync(this VendorBench bench, WriteMode mode, params string[] streams)
    {
        var result = await bench.SyncAsync(mode, streams);
        result.Status.ShouldBe(RunStatus.Succeeded, string.Join("; ", result.Problems.Select(problem => $"{problem.Code} {problem.Message}")));
    }

    /// <summary>The rows of a stream are the source's records, of those that are wanted.</summary>
    public static async Task ShouldEqualAsync(this VendorBench bench, string stream, Func<JsonNode, bool>? isWanted = null)
    {
        var truth = await bench.TruthAsync(stream);
        var rows = await bench.RowsAsync(stream, "id");
        rows.Keys.ShouldBe(truth.Where(record => isWanted?.Invoke(record.Value) ?? true).Select(record => record.Key));
        foreach (var (id, row) in rows)
            JsonNode.DeepEquals(row, truth[id]).ShouldBeTrue($"{row.ToJsonString()}\n{truth[id].ToJsonString()}");
    }

    public static async Task<int> CountAsync(this VendorBench bench, string path) =>
        (await bench.RequestsAsync())["recent"]!.AsArray().Count(request => request!["path"]!.ToString() == path);
}
