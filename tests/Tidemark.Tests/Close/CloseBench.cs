using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Close;

/// <summary>A stand-in for Close with small pages, and its streams in a table each.</summary>
internal static class CloseBench
{
    public static Task<VendorBench> StartAsync(int size = 120, params (string Name, string Value)[] settings) =>
        VendorBench.StartAsync("close", size, address => Settings(address, settings));

    public static Dictionary<string, string> Settings(Uri address, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["api_key"] = "api_tidemark",
            ["base_url"] = address.ToString(),
            ["allow_private_network"] = "true",
            ["requests_per_second"] = "0",
            ["page_size"] = "20",
            ["search_page_size"] = "30",
            ["retries"] = "3",
        };
        foreach (var (name, value) in settings) all[name] = value;
        return all;
    }

    /// <summary>Syncs, and finds every stream equal to what the stand-in has.</summary>
    public static async Task ShouldEqualTheSourceAsync(
        this VendorBench bench, WriteMode mode, params string[] streams)
    {
        var result = await bench.SyncAsync(mode, streams);
        var problems = string.Join("; ", result.Problems.Select(problem => $"{problem.Code}: {problem.Message}"));
        result.Status.ShouldBe(RunStatus.Succeeded, problems);
        foreach (var stream in streams)
        {
            var truth = await bench.TruthAsync(stream);
            var rows = await bench.RowsAsync(stream, "id");
            rows.Keys.ShouldBe(truth.Keys, stream);
            foreach (var (id, record) in truth) Compared(rows[id]).ShouldBe(Compared(record), stream);
        }
    }

    /// <summary>Values of an expression over a table, in order.</summary>
    public static async Task<List<string>> ValuesAsync(this VendorBench bench, string table, string expression) =>
        [.. (await bench.RowsAsync(table, $"coalesce({expression}, '') || '|' || id")).Keys
            .Select(key => key[..key.LastIndexOf('|')]).Where(value => value.Length > 0)];

    /// <summary>The record without what is not read, its properties in order.</summary>
    public static string Compared(JsonNode record)
    {
        var all = record.AsObject().Where(property => property.Key is not ("__object_type" or "localtime"))
            .OrderBy(property => property.Key, StringComparer.Ordinal)
            .ToDictionary(property => property.Key, property => property.Value?.DeepClone());
        return new JsonObject(all).ToJsonString();
    }
}
