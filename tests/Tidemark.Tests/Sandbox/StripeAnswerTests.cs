using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class StripeAnswerTests
{
    [Fact]
    public async Task A_single_record_is_the_same_as_in_the_list()
    {
        await using var standIn = await StandIn.StartAsync();
        foreach (var stream in new[] { "customers", "subscriptions", "charges", "invoices", "products", "plans" })
        {
            var listed = (await standIn.GetAsync($"/v1/{stream}?limit=1")).Data()[0];

            var single = await standIn.GetAsync($"/v1/{stream}/{listed.Id()}");

            single.GetRawText().ShouldBe(listed.GetRawText());
        }
    }

    [Fact]
    public async Task An_unknown_record_is_a_404_that_names_it()
    {
        await using var standIn = await StandIn.StartAsync();

        var error = (await standIn.GetAsync("/v1/customers/cus_nobody", status: 404)).GetProperty("error");

        error.Text("code").ShouldBe("resource_missing");
        error.Text("message").ShouldBe("No such customer: 'cus_nobody'");
    }

    [Fact]
    public async Task A_deleted_customer_leaves_the_list_and_says_that_it_is_deleted()
    {
        await using var standIn = await StandIn.StartAsync();
        var id = (await standIn.GetAsync("/v1/customers?limit=1")).Data()[0].Id();
        await standIn.MutateAsync("customers", new { delete = new { id } });

        var record = await standIn.GetAsync($"/v1/customers/{id}");

        record.GetProperty("deleted").GetBoolean().ShouldBeTrue();
        record.Text("object").ShouldBe("customer");
        (await standIn.ReadAllAsync("/v1/customers")).ShouldNotContain(one => one.Id() == id);
    }

    [Theory]
    [InlineData("products")]
    [InlineData("plans")]
    [InlineData("invoices")]
    public async Task Other_deleted_records_leave_no_trace(string stream)
    {
        await using var standIn = await StandIn.StartAsync();
        var id = (await standIn.GetAsync($"/v1/{stream}?limit=1")).Data()[0].Id();
        await standIn.MutateAsync(stream, new { delete = new { id } });

        var error = (await standIn.GetAsync($"/v1/{stream}/{id}", status: 404)).GetProperty("error");

        error.Text("code").ShouldBe("resource_missing");
        (await standIn.ReadAllAsync($"/v1/{stream}")).ShouldNotContain(one => one.Id() == id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer sk_test_somebody_else_1234")]
    [InlineData("Basic c2tfdGVzdF90aWRlbWFyazpwYXNzd29yZA==")] // the right key, but with a password
    public async Task Without_the_key_everything_is_a_401_that_keeps_the_key_to_itself(string? authorization)
    {
        await using var standIn = await StandIn.StartAsync();
        standIn.Stripe.DefaultRequestHeaders.Authorization =
            authorization is null ? null : AuthenticationHeaderValue.Parse(authorization);

        var error = (await standIn.GetAsync("/v1/customers", status: 401)).GetProperty("error");

        error.Text("type").ShouldBe("invalid_request_error");
        error.Text("message")!.ShouldNotContain("somebody");
    }

    [Fact]
    public async Task The_key_is_taken_as_basic_user_too()
    {
        await using var standIn = await StandIn.StartAsync();
        standIn.Stripe.DefaultRequestHeaders.Authorization =
            new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("sk_test_tidemark:")));

        (await standIn.GetAsync("/v1/customers")).Data().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Every_answer_has_its_own_request_id()
    {
        await using var standIn = await StandIn.StartAsync();

        using var good = await standIn.Stripe.GetAsync(new Uri("/v1/plans", UriKind.Relative), StandIn.Cancel);
        using var bad = await standIn.Stripe.GetAsync(new Uri("/v1/nothing", UriKind.Relative), StandIn.Cancel);

        var ids = new[] { good, bad }.Select(answer => answer.Headers.GetValues("Request-Id").Single()).ToList();
        ids.ShouldAllBe(id => id.StartsWith("req_"));
        ids[0].ShouldNotBe(ids[1]);
    }

    [Theory]
    [InlineData("2026-10-28.endive", 200)]
    [InlineData("2019-05-16", 400)]
    public async Task Only_the_version_it_speaks_is_accepted(string version, int status)
    {
        await using var standIn = await StandIn.StartAsync();
        standIn.Stripe.DefaultRequestHeaders.Add("Stripe-Version", version);

        using var answer = await standIn.Stripe.GetAsync(new Uri("/v1/plans", UriKind.Relative), StandIn.Cancel);

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Headers.GetValues("Stripe-Version").Single().ShouldBe(version);
    }

    [Fact]
    public async Task What_a_record_points_to_exists_and_is_not_younger()
    {
        await using var standIn = await StandIn.StartAsync();
        var customers = await BirthsAsync(standIn, "customers");
        var subscriptions = await BirthsAsync(standIn, "subscriptions");
        var products = await BirthsAsync(standIn, "products");
        var plans = await BirthsAsync(standIn, "plans");

        foreach (var charge in await standIn.ReadAllAsync("/v1/charges"))
            customers[charge.Text("customer")!].ShouldBeLessThanOrEqualTo(charge.Created());
        foreach (var plan in await standIn.ReadAllAsync("/v1/plans"))
            products[plan.Text("product")!].ShouldBeLessThanOrEqualTo(plan.Created());
        foreach (var subscription in await standIn.ReadAllAsync("/v1/subscriptions?status=all"))
        {
            customers[subscription.Text("customer")!].ShouldBeLessThanOrEqualTo(subscription.Created());
            foreach (var item in subscription.GetProperty("items").Data())
            {
                var price = item.GetProperty("price");
                plans[price.Id()].ShouldBeLessThanOrEqualTo(subscription.Created());
                price.Text("currency").ShouldBe(subscription.Text("currency"));
            }
        }

        foreach (var invoice in await standIn.ReadAllAsync("/v1/invoices"))
        {
            customers[invoice.Text("customer")!].ShouldBeLessThanOrEqualTo(invoice.Created());
            if (invoice.GetProperty("parent") is { ValueKind: JsonValueKind.Object } parent)
                subscriptions[parent.GetProperty("subscription_details").Text("subscription")!].ShouldBeLessThanOrEqualTo(invoice.Created());
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_records_and_another_seed_others()
    {
        await using var one = await StandIn.StartAsync(seed: 7);
        await using var same = await StandIn.StartAsync(seed: 7);
        await using var other = await StandIn.StartAsync(seed: 8);

        var ofOne = await TruthAsync(one);

        (await TruthAsync(same)).ShouldBe(ofOne);
        (await TruthAsync(other)).ShouldNotBe(ofOne);

        static async Task<string> TruthAsync(StandIn standIn) =>
            (await standIn.AskAsync("/truth/stripe/charges?full=true")).GetRawText();
    }

    private static async Task<Dictionary<string, long>> BirthsAsync(StandIn standIn, string stream) =>
        (await standIn.AskAsync($"/truth/stripe/{stream}?full=true")).GetProperty("records").EnumerateArray()
            .ToDictionary(record => record.Id(), record => record.Created());
}
