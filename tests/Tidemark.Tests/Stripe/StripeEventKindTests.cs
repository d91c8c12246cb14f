using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>A change that only an event of another object speaks of arrives with the next incremental reading.</summary>
public sealed class StripeEventKindTests
{
    [Theory]
    [InlineData("customers")]
    [InlineData("subscriptions")]
    [InlineData("charges")]
    [InlineData("invoices")]
    [InlineData("products")]
    [InlineData("plans")]
    public async Task R4_a_change_that_only_the_event_of_another_object_speaks_of_arrives(string stream)
    {
        await using var bench = await StripeStandInBench.StartAsync(120);
        (await bench.SyncAsync(WriteMode.Merge, stream)).Status.ShouldBe(RunStatus.Succeeded);
        foreach (var type in Types(stream).Where(type => !type.IsHeld))
        {
            var (id, record) = (await bench.TruthAsync(stream)).First(entry => stream != "invoices" || (string?)entry.Value["status"] == "draft");
            var told = StripeStandInBench.At(type.Id, Names(type, id, record));
            told["type"] = type.Name;
            told["object"] ??= new JsonObject { ["id"] = "other_1" };
            if (type.Changing.Count > 0) told["previous_attributes"] = StripeStandInBench.At(type.Changing[0], "before");
            var set = new { metadata = new { change = type.Name } };
            await bench.MutateAsync(stream, new { update = new { id, set }, @event = told });

            (await bench.SyncAsync(WriteMode.Merge, stream)).Status.ShouldBe(RunStatus.Succeeded, type.Name);
            ((string?)(await bench.RowsAsync(stream, "id"))[id]["metadata"]!["change"]).ShouldBe(type.Name);
        }
    }

    [Fact]
    public async Task R4_a_one_time_price_is_not_looked_for_among_the_plans()
    {
        await using var bench = await StripeStandInBench.StartAsync(60);
        await bench.SyncAsync(WriteMode.Merge, "plans");
        var price = new { id = "price_once", type = "one_time" };
        await bench.MutateAsync("plans", new { @event = new { type = "price.created", @object = price } });
        await bench.ResetRequestsAsync();
        (await bench.SyncAsync(WriteMode.Merge, "plans")).Status.ShouldBe(RunStatus.Succeeded);
        (await bench.RequestsAsync()).ToJsonString().ShouldNotContain("price_once");
    }

    private static IReadOnlyList<StripeEventType> Types(string stream) => stream switch
    {
        "customers" => StripeEventTypes.Customers,
        "subscriptions" => StripeEventTypes.Subscriptions,
        "charges" => StripeEventTypes.Charges,
        "invoices" => StripeEventTypes.Invoices,
        "products" => StripeEventTypes.Products,
        _ => StripeEventTypes.Plans,
    };

    /// <summary>The id that the event names: of the record, or of what its list is asked by.</summary>
    private static string Names(StripeEventType type, string id, JsonNode record) => type.Several is null ? id
        : record["items"] is { } items ? (string)items["data"]![0]!["price"]!["id"]! : (string)record["customer"]!;
}
