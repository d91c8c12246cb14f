using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.GraphQL;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.GraphQL;

public sealed class ForeignServerTests
{
    private const string Page = "pageInfo { hasNextPage endCursor }";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R12_Lists_at_PostGraphile_are_completed_by_nodeId_with_cursors_of_its_own_type()
    {
        await using var server = new ForeignServer(ForeignServer.PostGraphile, mostRecords: 50);
        await using var source = Open(server, Orders("allOrders", "Cursor", "id nodeId"));

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        await ShouldHaveAllLinesAsync(source);
    }

    [Fact]
    public async Task R12_A_query_that_does_not_select_what_node_takes_is_said_with_the_way_out()
    {
        await using var server = new ForeignServer(ForeignServer.PostGraphile, mostRecords: 50);
        await using var source = Open(server, Orders("allOrders", "Cursor", "id"));

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("graphql.list_cut");
        problem.Hint!.ShouldStartWith("Select nodeId of the record; or under complete, give a query");
    }

    [Theory]
    [InlineData(ForeignServer.PostGraphile, "allOrders", "first", "after", "Cursor", "Int!", "id")]
    [InlineData(ForeignServer.Offsets, "orders", "limit", "offset", "String", "String!", "key")]
    public async Task R12_The_id_is_sent_in_the_type_that_the_query_declares(
        string language, string list, string size, string position, string cursor, string type, string argument)
    {
        await using var server = new ForeignServer(language, mostRecords: 50);
        var nodes = list == "orders" ? "$items" : $"{Page} nodes {{ $items }}";
        var queries = $$"""
            orders:
              query: |
                query ($size: Int, $position: {{(list == "orders" ? "Int" : cursor)}}) {
                  {{list}}({{size}}: $size, {{position}}: $position) { {{nodes.Replace("$items", $"id name lines(first: 2) {{ {Page} edges {{ node {{ id sku }} }} }}", StringComparison.Ordinal)}} }
                }
              complete:
                lines: |
                  query ($it: {{type}}, $after: {{cursor}}) { orderById({{argument}}: $it) { lines(first: 2, after: $after) { {{Page}} edges { node { id sku } } } } }
            """;
        await using var source = Open(server, queries);

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        await ShouldHaveAllLinesAsync(source);
    }

    [Fact]
    public async Task R12_The_id_of_the_record_around_rows_may_have_any_name()
    {
        await using var server = new ForeignServer(ForeignServer.Relay, mostRecords: 50);
        var queries = Orders("allOrders", "String", "global: id").Replace("key: global", "rows: lines\n  key: number\n  complete_by: global\n  parent: { order: global }", StringComparison.Ordinal)
            .Replace("nodes { id sku }", "nodes { number sku }", StringComparison.Ordinal);
        await using var source = Open(server, queries);

        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        var lines = await ReadAsync(source);
        lines.Count.ShouldBe(28);
        lines.Select(line => (string)line["order"]!).Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public async Task R12_Lists_at_a_Relay_server_are_completed_and_whether_its_node_answers_is_tried()
    {
        await using var server = new ForeignServer(ForeignServer.Relay, mostRecords: 50);
        await using var source = Open(server, Orders("allOrders", "String", "id").Replace("nodes { id sku }", "nodes { number sku }", StringComparison.Ordinal));
        (await source.CheckAsync(Stop)).Problems.ShouldBeEmpty();
        await ShouldHaveAllLinesAsync(source);

        server.IsNodeEmpty = true;
        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("graphql.list_cut");
        problem.Hint!.ShouldStartWith("Under complete, give a query");
    }

    [Fact]
    public async Task R12_A_page_size_above_the_servers_maximum_is_said_before_the_reading()
    {
        await using var server = new ForeignServer(ForeignServer.Offsets, mostRecords: 3);
        await using var source = Open(server, "orders: 'query ($limit: Int, $offset: Int) { orders(limit: $limit, offset: $offset) { id name } }'");

        var problem = (await source.CheckAsync(Stop)).Problems.ShouldHaveSingleItem();
        problem.Message.ShouldStartWith("A page of 4 records is refused: ");
        problem.Message.ShouldContain("At most 3 records");
        problem.Hint.ShouldBe("Lower page_size.");
    }

    [Theory]
    [InlineData(ForeignServer.Offsets, "query ($limit: Int, $offset: Int) { orders(limit: $limit, offset: $offset) { id name } }", false)]
    [InlineData(ForeignServer.PostGraphile, "query ($first: Int, $after: Cursor) { allOrders(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name } } }", true)]
    public async Task P4_What_is_counted_proves_no_end_since_a_record_that_goes_lets_another_slip(string language, string query, bool isProven)
    {
        await using var server = new ForeignServer(language, mostRecords: 50);
        await using var source = Open(server, $"orders: '{query}'");
        var last = new Cursor("");
        await foreach (var page in source.ReadAsync(new ReadRequest((await source.DiscoverAsync(Stop)).Single(), null), Stop))
        {
            using (page) last = page.After;
        }

        source.ProvesEnd("orders", last).ShouldBe(isProven);
    }

    private static string Orders(string list, string cursor, string fields) => $$"""
        orders:
          query: |
            query ($first: Int, $after: {{cursor}}) {
              {{list}}(first: $first, after: $after) { {{Page}} nodes { {{fields}} name lines(first: 2) { {{Page}} nodes { id sku } } } }
            }
          key: {{(fields.Contains(':', StringComparison.Ordinal) ? fields.Split(':')[0] : "id")}}
        """;

    private static GraphQLSource Open(ForeignServer server, string queries)
    {
        var options = new GraphQLOptions { Url = server.Address, Queries = queries, PageSize = 4, Retries = 0, AllowPrivateNetwork = true };
        return new GraphQLSource(options, new HttpExchange(GraphQLConnector.Api(options), TimeProvider.System), TimeProvider.System);
    }

    private static async Task ShouldHaveAllLinesAsync(GraphQLSource source)
    {
        var orders = await ReadAsync(source);
        orders.Select(order => order["lines"]!.AsArray().Count).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        orders.SelectMany(order => order["lines"]!.AsArray()).Select(line => line!.ToJsonString()).Distinct().Count().ShouldBe(28);
    }

    private static async Task<List<JsonObject>> ReadAsync(GraphQLSource source)
    {
        var schema = (await source.DiscoverAsync(Stop)).Single();
        var records = new List<JsonObject>();
        await foreach (var page in source.ReadAsync(new ReadRequest(schema, null), Stop))
        {
            using (page)
            {
                foreach (var place in page.Records)
                {
                    place.Unfit.ShouldBeNull();
                    records.Add(JsonNode.Parse(Encoding.UTF8.GetString(page.Bytes.Span.Slice(place.Start, place.Length)))!.AsObject());
                }
            }
        }

        return records;
    }
}
