using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Sandbox;
using Xunit;

namespace Tidemark.Tests.Stripe;

/// <summary>Declared columns, and what the stand-in sends, are those of the pinned version.</summary>
public sealed class StripeColumnTests
{
    [Fact]
    public void R11_every_declared_column_is_a_property_of_the_pinned_version_and_none_that_is_always_sent_is_missing()
    {
        foreach (var schema in StripeStreams.All(new StripeOptions()).Select(stream => stream.Schema))
        {
            var vendor = StripeVendorTypes.Properties[schema.Name];
            var known = vendor.Select(name => name.TrimEnd('?')).ToHashSet();
            var declared = schema.Fields.Select(field => field.Path.Split('/')[0]).ToHashSet();
            declared.Except(known).ShouldBeEmpty(schema.Name);
            vendor.Where(name => !name.EndsWith('?')).Except(declared).Except(schema.LeftInRaw).ShouldBeEmpty(schema.Name);
        }
    }

    [Theory]
    [InlineData("customers", "")]
    [InlineData("subscriptions", "&status=all")]
    [InlineData("charges", "&expand[]=data.refunds")]
    [InlineData("invoices", "")]
    [InlineData("products", "")]
    [InlineData("plans", "")]
    public async Task R11_the_stand_in_sends_what_the_pinned_version_sends(string stream, string query)
    {
        await using var standIn = await StandIn.StartAsync(size: 100);
        var vendor = StripeVendorTypes.Properties[stream];
        foreach (var record in (await standIn.GetAsync($"/v1/{stream}?limit=100{query}")).Data())
        {
            var sent = record.EnumerateObject().Select(property => property.Name).ToList();
            sent.Except(vendor.Select(name => name.TrimEnd('?'))).ShouldBeEmpty(stream);
            vendor.Where(name => !name.EndsWith('?')).Except(sent).ShouldBeEmpty(stream);
        }
    }

    [Theory]
    [InlineData("customers")]
    [InlineData("subscriptions")]
    [InlineData("charges")]
    [InlineData("invoices")]
    [InlineData("products")]
    [InlineData("plans")]
    public void R11_the_recorded_properties_are_those_of_the_vendors_own_client(string stream)
    {
        var name = StripeVendorTypes.Files[stream];
        StripeVendorTypes.PropertiesOf(StripePackage.File($"{name}s.d.ts"), name).ShouldBe(StripeVendorTypes.Properties[stream]);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(900, false)]
    public async Task R11_a_column_that_no_record_of_a_long_reading_fills_is_named_in_the_log(int size, bool isNamed)
    {
        await using var bench = await StripeStandInBench.StartAsync(size);
        var run = await bench.SyncAsync(WriteMode.Merge, "customers");
        var lines = (await bench.LogAsync(run)).Where(line => line.Message.StartsWith("None of", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBe(isNamed ? 1 : 0);
        if (!isNamed) return;
        lines[0].Message.ShouldBe("None of 1000 records of customers has a value for default_source, test_clock.");
        (lines[0].Level, lines[0].Stream).ShouldBe((RunLogLevel.Warning, "customers"));
        (await bench.LogAsync(await bench.SyncAsync(WriteMode.Merge, "customers"))).ShouldNotContain(line => line.Message.StartsWith("None of"));
    }

    [Fact]
    public void R11_the_subscription_of_an_invoice_is_found_where_the_pinned_version_has_it()
    {
        var schema = StripeSchemas.Invoices;
        var (mapper, rows) = (new RecordMapper(schema, reportsNewFields: false, keepsRaw: true), new RowBatch(schema));
        mapper.Map("""{"id":"in_1","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}"""u8, false, rows)
            .IsAdded.ShouldBeTrue();
        mapper.Map("""{"id":"in_2","parent":null}"""u8, false, rows).IsAdded.ShouldBeTrue();
        rows.Text(0, Position("subscription")).ShouldBe("sub_1");
        JsonNode.Parse(rows.Text(0, Position("parent"))!)!["subscription_details"]!["subscription"]!.GetValue<string>().ShouldBe("sub_1");
        rows.Text(1, Position("subscription")).ShouldBeNull();

        int Position(string name) => schema.Fields.Index().First(field => field.Item.Name == name).Index;
    }
}
