using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class NestedListTests
{
    private const string Complete = """
          complete:
            lineItems: |
              query ($id: ID!, $after: String) {
                order(id: $id) { lineItems(first: 4, after: $after) {
                  pageInfo { hasNextPage endCursor } nodes { id sku title quantity price }
                } }
              }
        """;

    private const string Lines = """
        line_items:
          query: |
            query ($first: Int, $after: String, $since: DateTime) {
              orders(first: $first, after: $after, updatedSince: $since) {
                pageInfo { hasNextPage endCursor }
                nodes { id lineItems(first: $lines) { pageInfo { hasNextPage endCursor } edges { node { id sku quantity price } } } }
              }
            }
          since: since
          rows: lineItems
          parent: { order_id: id }
        """;

    [Fact]
    public async Task A_list_within_a_record_is_completed_by_its_node()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Orders);
        await bench.SucceedAsync();

        await bench.ShouldEqualTheSourceAsync("orders", "orders");
        (await bench.TruthAsync("orders")).Values.ShouldContain(order => order["lineItems"]!.AsArray().Count > 20);
    }

    [Fact]
    public async Task A_list_within_a_record_is_completed_by_the_query_of_the_settings()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Orders.TrimEnd() + "\n" + Complete);
        await bench.SetAsync(new { node = false, introspection = false });
        await bench.SucceedAsync();

        await bench.ShouldEqualTheSourceAsync("orders", "orders");
    }

    [Fact]
    public async Task A_list_that_could_not_be_completed_is_said_before_anything_is_read()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Orders);
        await bench.SetAsync(new { introspection = false });

        (await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync())).Code.ShouldBe("graphql.list_cut");
    }

    [Fact]
    public async Task Lists_within_records_are_a_stream_of_their_own_with_the_records_id()
    {
        var queries =
            Lines.Replace("$since: DateTime)", "$since: DateTime, $lines: Int = 7)", StringComparison.Ordinal);
        await using var bench = await ShopBench.StartAsync(queries);
        await bench.SucceedAsync(WriteMode.Replace);
        await ShouldHaveAllLinesAsync(bench);

        await bench.MutateAsync("orders", new { create = 5, update = new { count = 5 }, delete = new { count = 5 } });
        await bench.SucceedAsync();
        var result = await bench.SyncAsync(WriteMode.Replace);
        if (result.Status == RunStatus.Parked) return;
        await ShouldHaveAllLinesAsync(bench);
    }

    [Fact]
    public async Task A_changed_order_is_read_with_its_whole_list_incrementally()
    {
        await using var bench = await ShopBench.StartAsync(ShopQueries.Orders);
        await bench.SucceedAsync();
        await bench.MutateAsync("orders", new { create = 3, update = new { count = 6 } });
        await bench.ResetRequestsAsync();
        var result = await bench.SucceedAsync();

        result.Streams[0].Created.ShouldBe(3);
        result.Streams[0].Updated.ShouldBe(6);
        result.Streams[0].Read.ShouldBeLessThan(30);
        await bench.ShouldEqualTheSourceAsync("orders", "orders");
    }

    private static async Task ShouldHaveAllLinesAsync(Tidemark.Tests.Connectors.VendorBench bench)
    {
        var truth = (await bench.TruthAsync("orders")).SelectMany(order => order.Value["lineItems"]!.AsArray()
            .Select(line => (Id: line!["id"]!.ToString(), Line: line, Order: order.Key))).ToDictionary(line => line.Id);
        var rows = await bench.RowsAsync("line_items", "id");
        rows.Keys.ShouldBe(truth.Keys, ignoreOrder: true);
        foreach (var (id, row) in rows)
        {
            var expected = ShopBench.Only(truth[id].Line, "id", "sku", "quantity", "price");
            expected["order_id"] = truth[id].Order;
            JsonNode.DeepEquals(row, expected).ShouldBeTrue(row.ToJsonString());
        }

        (await bench.RowsAsync("line_items", "order_id")).Count.ShouldBe(
            truth.Values.Select(line => line.Order).Distinct().Count());
    }
}
