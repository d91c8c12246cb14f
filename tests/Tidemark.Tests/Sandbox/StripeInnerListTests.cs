using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class StripeInnerListTests
{
    [Theory]
    [InlineData("invoices", "", "lines", "/v1/invoices/{0}/lines")]
    [InlineData("subscriptions", "?status=all", "items", "/v1/subscription_items?subscription={0}")]
    [InlineData("charges", "?expand[]=data.refunds", "refunds", "/v1/charges/{0}/refunds")]
    public async Task A_list_inside_shows_ten_and_its_own_address_gives_the_rest(
        string stream, string query, string field, string address)
    {
        await using var standIn = await StandIn.StartAsync(size: 500);
        var records = await standIn.ReadAllAsync($"/v1/{stream}{query}");
        var truth = await TruthAsync(standIn, stream);

        var cut = records.Where(record => record.GetProperty(field).HasMore()).ToList();

        cut.ShouldNotBeEmpty();
        foreach (var record in cut)
        {
            record.GetProperty(field).Data().Count.ShouldBe(10);
            var whole = await standIn.ReadAllAsync(
                string.Format(provider: null, address, record.Id()), limit: 4);
            whole.Count.ShouldBeGreaterThan(10);
            var complete = truth[record.Id()].GetProperty(field);
            complete.HasMore().ShouldBeFalse();
            whole.Select(item => item.GetRawText()).ShouldBe(complete.Data().Select(item => item.GetRawText()));
        }
    }

    [Fact]
    public async Task About_one_invoice_in_a_hundred_needs_completion()
    {
        await using var standIn = await StandIn.StartAsync(size: 1000);

        var invoices = await standIn.ReadAllAsync("/v1/invoices");

        invoices.Count(invoice => invoice.GetProperty("lines").HasMore()).ShouldBe(10);
    }

    [Fact]
    public async Task Refunds_are_on_a_charge_only_when_expanded()
    {
        await using var standIn = await StandIn.StartAsync();
        var charge = (await standIn.GetAsync("/v1/charges?limit=1")).Data()[0];

        charge.TryGetProperty("refunds", out _).ShouldBeFalse();
        var expanded = await standIn.GetAsync($"/v1/charges/{charge.Id()}?expand[]=refunds");
        expanded.GetProperty("refunds").Text("object").ShouldBe("list");
        await standIn.GetAsync("/v1/charges?expand[]=data.everything", status: 400);
    }

    [Fact]
    public async Task Amounts_agree_with_the_lists_inside()
    {
        await using var standIn = await StandIn.StartAsync(size: 300);
        foreach (var invoice in (await TruthAsync(standIn, "invoices")).Values)
        {
            invoice.GetProperty("lines").Data().Sum(line => line.GetProperty("amount").GetInt64())
                .ShouldBe(invoice.GetProperty("total").GetInt64());
        }

        foreach (var charge in (await TruthAsync(standIn, "charges")).Values)
        {
            var refunded = charge.GetProperty("amount_refunded").GetInt64();
            charge.GetProperty("refunds").Data().Sum(refund => refund.GetProperty("amount").GetInt64())
                .ShouldBe(refunded);
            refunded.ShouldBeLessThanOrEqualTo(charge.GetProperty("amount_captured").GetInt64());
        }
    }

    [Fact]
    public async Task A_changed_record_keeps_its_list_inside_cut()
    {
        await using var standIn = await StandIn.StartAsync(size: 500);
        var invoice = (await standIn.ReadAllAsync("/v1/invoices")).First(one => one.GetProperty("lines").HasMore());
        await standIn.MutateAsync("invoices", new { update = new { id = invoice.Id(), set = new { footer = "x" } } });

        var changed = await standIn.GetAsync($"/v1/invoices/{invoice.Id()}");

        changed.Text("footer").ShouldBe("x");
        changed.GetProperty("lines").GetRawText().ShouldBe(invoice.GetProperty("lines").GetRawText());
        (await standIn.ReadAllAsync($"/v1/invoices/{invoice.Id()}/lines")).Count.ShouldBeGreaterThan(10);
    }

    private static async Task<Dictionary<string, JsonElement>> TruthAsync(StandIn standIn, string stream) =>
        (await standIn.AskAsync($"/truth/stripe/{stream}?full=true")).GetProperty("records").EnumerateArray()
            .ToDictionary(record => record.Id());
}
