using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Sources;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>An older snapshot of an object never replaces a newer one.</summary>
public sealed class StripeOrderPromises
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly PlayedStripe _stripe = new();
    private readonly StoppedClock _clock = new(Now);

    [Fact]
    public async Task R5_a_full_reading_keeps_what_the_list_shows_over_an_older_event()
    {
        _stripe.Add("customers", "cus_1", 1, ""","discount":null""");
        _stripe.Happen("customer.updated", Second(-300), JsonNode.Parse("""{"id":"cus_1","created":1,"discount":{"id":"di_1"}}""")!);
        var table = Table("customers");
        await table.ReadAsync(isFull: true);
        table.Rows["cus_1"]["discount"].ShouldBeNull();
        table.Given.Count.ShouldBe(1, "the list has shown it");
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public async Task R5_an_event_that_the_list_may_or_may_not_show_is_settled_by_reading_the_object(int seconds)
    {
        _stripe.Add("customers", "cus_1", 1, ""","discount":null""");
        _stripe.Happen("customer.updated", Second(seconds), JsonNode.Parse("""{"id":"cus_1","created":1,"discount":{"id":"di_1"}}""")!);
        var table = Table("customers");
        await table.ReadAsync(isFull: true);
        table.Rows["cus_1"]["discount"].ShouldBeNull();
        table.Given.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(-120, false)]
    [InlineData(-45, false)]
    [InlineData(300, true)]
    public async Task R5_an_event_is_taken_only_where_it_is_newer_than_the_row(int seconds, bool isTaken)
    {
        _stripe.Add("customers", "cus_1", 1, ""","name":"of the vendor" """);
        var table = Table("customers");
        table.Cursor = new Cursor($$"""{"v":1,"since":{{Second(-150)}},"until":{{Second(0)}}}""");
        _clock.Now = Now.AddMinutes(10);
        _stripe.Happen("customer.updated", Second(seconds), JsonNode.Parse("""{"id":"cus_1","created":1,"name":"of the event"}""")!);
        await table.ReadAsync();
        ((string?)table.Rows["cus_1"]["name"]).ShouldBe(isTaken ? "of the event" : "of the vendor");
    }

    [Fact]
    public async Task R5_after_a_reading_that_was_interrupted_changed_objects_are_read_anew()
    {
        _stripe.Add("customers", "cus_1", 1, ""","name":"of the vendor" """);
        _stripe.Happen("customer.updated", Second(-20), JsonNode.Parse("""{"id":"cus_1","created":1,"name":"of the event"}""")!);
        var table = Table("customers");
        table.Cursor = new Cursor(
            $$$"""{"v":1,"since":{{{Second(-3600)}}},"until":{{{Second(-3500)}}},"reading":{"started":{{{Second(-60)}}},"full":false,"changes_from":{{{Second(-120)}}}}}""");
        await table.ReadAsync();
        ((string?)table.Rows["cus_1"]["name"]).ShouldBe("of the vendor");
    }

    [Fact]
    public async Task R5_an_object_read_in_one_window_is_not_replaced_by_an_event_of_a_later_one()
    {
        _stripe.Add("customers", "cus_1", 1, ""","discount":null""");
        _stripe.Happen("customer.discount.deleted", Second(-60 * 3600), JsonNode.Parse("""{"id":"di_1","customer":"cus_1"}""")!);
        _stripe.Happen("customer.updated", Second(-20 * 3600), JsonNode.Parse("""{"id":"cus_1","created":1,"discount":{"id":"di_2"}}""")!);
        var table = Table("customers");
        table.Cursor = new Cursor($$"""{"v":1,"since":{{Second(-70 * 3600)}},"until":{{Second(-70 * 3600)}}}""");
        await table.ReadAsync();
        table.Rows["cus_1"]["discount"].ShouldBeNull();
    }

    [Fact]
    public async Task R5_an_id_that_is_used_again_is_not_taken_for_gone()
    {
        _stripe.Add("products", "gold", Second(-120), ""","name":"second" """);
        _stripe.Happen("product.deleted", Second(-180), JsonNode.Parse("""{"id":"gold","created":1,"name":"first"}""")!);
        foreach (var isFull in new[] { true, false })
        {
            var table = Table("products");
            if (!isFull) table.Cursor = new Cursor($$"""{"v":1,"since":{{Second(-600)}},"until":{{Second(-600)}}}""");
            await table.ReadAsync(isFull);
            ((string?)table.Rows["gold"]["name"]).ShouldBe("second");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task R5_whatever_happens_and_whenever_readings_are_killed_the_table_ends_as_the_vendor_has_it(int skew)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var history = new StripeHistory(seed, skew);
            await history.PlayAsync();
            history.Table.Rows.Values.Select(row => row.ToJsonString())
                .ShouldBe(history.Truth.Select(row => row.ToJsonString()), $"seed {seed.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    private StripeTable Table(string stream) => new(_stripe, stream, _clock);

    private static long Second(long after) => Now.ToUnixTimeSeconds() + after;
}
