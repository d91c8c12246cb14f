using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Square;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Square;

public sealed class SquareCallsTests
{
    private const long Second = 1_700_000_000;

    [Fact]
    public void Catalog_changes_are_asked_for_from_a_millisecond_before_because_the_bound_is_excluded()
    {
        var call = SquareCatalog.Listing("ITEM", 1000, withDeleted: true).Call(new Slice { From = Second, Position = "next" });
        call.Target.ShouldBe("/v2/catalog/search");
        call.IsRepeatable.ShouldBeTrue();
        call.Json.ShouldBe("""{"object_types":["ITEM"],"limit":1000,"include_deleted_objects":true,"begin_time":"2023-11-14T22:13:19.999Z","cursor":"next"}""");
    }

    [Fact]
    public void The_whole_catalog_is_asked_for_without_a_time() =>
        SquareCatalog.Listing("TAX", 10, withDeleted: false).Call(new Slice()).Json.ShouldBe("""{"object_types":["TAX"],"limit":10}""");

    [Theory]
    [InlineData(SquareOrderTime.CreatedAt, "created_at", "CREATED_AT")]
    [InlineData(SquareOrderTime.ClosedAt, "closed_at", "CLOSED_AT")]
    public void Orders_are_sorted_by_the_time_that_they_are_filtered_by(SquareOrderTime by, string field, string sort)
    {
        var call = Orders(new SquareOptions { OrdersBy = by }).Call(new Slice { Scope = "L1,L2", From = Second, To = Second + 60, Position = "next" });
        var body = JsonNode.Parse(call.Json!)!;
        body["location_ids"]!.ToJsonString().ShouldBe("""["L1","L2"]""");
        body["cursor"]!.ToString().ShouldBe("next");
        body["limit"]!.GetValue<int>().ShouldBe(500);
        body["query"]!["sort"]!.ToJsonString().ShouldBe($$"""{"sort_field":"{{sort}}","sort_order":"ASC"}""");
        body["query"]!["filter"]!["date_time_filter"]!.ToJsonString().ShouldBe(
            $$$"""{"{{{field}}}":{"start_at":"2023-11-14T22:13:20.000Z","end_at":"2023-11-14T22:14:20.000Z"}}""");
    }

    [Fact]
    public void Only_closed_orders_are_asked_for_by_their_closing()
    {
        Filter(SquareOrderTime.ClosedAt)!.ToJsonString().ShouldBe("""{"state_filter":{"states":["COMPLETED","CANCELED"]}}""");
        Filter(SquareOrderTime.CreatedAt).ShouldBeNull();

        static JsonNode? Filter(SquareOrderTime by) =>
            JsonNode.Parse(Orders(new SquareOptions { OrdersBy = by }).Call(new Slice { Scope = "L1" }).Json!)!["query"]!["filter"];
    }

    [Theory]
    [InlineData(SquareEnvironment.Production, null, "https://connect.squareup.com/")]
    [InlineData(SquareEnvironment.Sandbox, null, "https://connect.squareupsandbox.com/")]
    [InlineData(SquareEnvironment.Sandbox, "https://square.example/", "https://square.example/")]
    public void The_environment_decides_the_host_unless_an_address_is_set(SquareEnvironment environment, string? baseUrl, string host) =>
        SquareConnector.Api(new SquareOptions { Environment = environment, BaseUrl = baseUrl is null ? null : new Uri(baseUrl) })
            .BaseAddress.AbsoluteUri.ShouldBe(host);

    private static HttpListing Orders(SquareOptions options) =>
        SquareStreams.All(options).First(stream => stream.Schema.Name == "orders").Listing;
}
