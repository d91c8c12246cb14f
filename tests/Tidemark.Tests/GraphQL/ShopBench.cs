using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.GraphQL;

/// <summary>A bench at the shop, with the queries of one test.</summary>
internal static class ShopBench
{
    public static Task<VendorBench> StartAsync(
        string queries, int size = 120, int pageSize = 50, Action<Dictionary<string, string>>? more = null) =>
        VendorBench.StartAsync("graphql", size, address =>
        {
            var settings = ShopQueries.Settings(address, queries, pageSize);
            more?.Invoke(settings);
            return settings;
        });

    public static async Task<RunResult> SucceedAsync(this VendorBench bench, WriteMode mode = WriteMode.Merge)
    {
        var result = await bench.SyncAsync(mode);
        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        return result;
    }

    public static string Describe(RunResult result) =>
        string.Join("; ", result.Problems.Select(problem => $"{problem.Code} {problem.Subject}: {problem.Message}"));

    public static async Task ShouldEqualTheSourceAsync(
        this VendorBench bench, string table, string stream, Func<JsonNode, JsonNode>? truthAs = null)
    {
        var truth = await bench.TruthAsync(stream);
        var rows = await bench.RowsAsync(table, "id");
        rows.Keys.ShouldBe(truth.Keys);
        foreach (var (id, record) in truth)
            JsonNode.DeepEquals(rows[id], truthAs?.Invoke(record) ?? record).ShouldBeTrue($"{rows[id]}\n{record}");
    }

    /// <summary>A record with some of its fields only.</summary>
    public static JsonNode Only(JsonNode record, params string[] fields) =>
        new JsonObject(fields.Select(field => KeyValuePair.Create(field, record[field]?.DeepClone())));
}
