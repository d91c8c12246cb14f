using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class StripeEventTests
{
    [Fact]
    public async Task Seeded_records_have_no_events()
    {
        await using var standIn = await StandIn.StartAsync();

        (await standIn.GetAsync("/v1/events")).Data().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("customers", "customer.created", "customer.updated", "customer.deleted")]
    [InlineData("products", "product.created", "product.updated", "product.deleted")]
    [InlineData("plans", "plan.created", "plan.updated", "plan.deleted")]
    [InlineData("invoices", "invoice.created", "invoice.updated", "invoice.deleted")]
    [InlineData(
        "subscriptions",
        "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted")]
    public async Task Every_change_has_its_event(string stream, string created, string updated, string deleted)
    {
        await using var standIn = await StandIn.StartAsync();

        var id = (await standIn.MutateAsync(stream, new { create = 1 })).Ids("created").Single();
        await standIn.MutateAsync(stream, new { update = new { id, set = new { livemode = true } } });
        var before = await standIn.GetAsync($"/v1/{stream}/{id}");
        await standIn.MutateAsync(stream, new { delete = new { id } });

        var events = (await standIn.GetAsync("/v1/events")).Data();
        events.Select(one => one.Text("type")).ShouldBe([deleted, updated, created]);
        events.ShouldAllBe(one => one.GetProperty("data").GetProperty("object").Id() == id);
        events.ShouldAllBe(one => one.Text("api_version") == "2026-10-28.endive");
        Previous(events[1]).GetProperty("livemode").GetBoolean().ShouldBeFalse();
        var snapshot = events[1].GetProperty("data").GetProperty("object");
        JsonElement.DeepEquals(snapshot, before).ShouldBeTrue();
        events[0].GetProperty("data").TryGetProperty("previous_attributes", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_charge_succeeds_is_updated_and_is_refunded()
    {
        await using var standIn = await StandIn.StartAsync();

        var made = new { create = new object[] { new { status = "succeeded" }, new { status = "failed" } } };
        var id = (await standIn.MutateAsync("charges", made)).Ids("created")[0];
        await standIn.MutateAsync("charges", new { update = new { id, set = new { description = "new" } } });
        await standIn.MutateAsync("charges", new { update = new { id, set = new { amount_refunded = 5 } } });

        (await standIn.GetAsync("/v1/events")).Data().Select(one => one.Text("type"))
            .ShouldBe(["charge.refunded", "charge.updated", "charge.failed", "charge.succeeded"]);
        await standIn.MutateAsync("charges", new { delete = new { id } }, status: 400);
    }

    [Theory]
    [InlineData("type=customer.*", 4)]
    [InlineData("type=customer.updated", 1)]
    [InlineData("types[]=customer.created&types[]=product.created", 2)]
    [InlineData("types[]=invoice.created", 0)]
    public async Task Events_are_filtered_by_name_or_by_its_start(string query, int count)
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.MutateAsync(
            "customers", new { create = 1, update = new { count = 1 }, delete = new { count = 1 } });
        await standIn.MutateAsync("subscriptions", new { create = 1 });
        await standIn.MutateAsync("products", new { create = 1 });

        (await standIn.GetAsync($"/v1/events?{query}")).Data().Count.ShouldBe(count);
    }

    [Fact]
    public async Task Events_page_like_any_list()
    {
        await using var standIn = await StandIn.StartAsync();
        var made = await standIn.MutateAsync("customers", new { create = 25 });

        var events = await standIn.ReadAllAsync("/v1/events?type=customer.created", limit: 4);

        events.Select(one => one.GetProperty("data").GetProperty("object").Id())
            .ShouldBe(made.Ids("created").AsEnumerable().Reverse());
        (await standIn.GetAsync($"/v1/events/{events[3].Id()}")).GetRawText().ShouldBe(events[3].GetRawText());
        (await standIn.GetAsync($"/v1/events?limit=2&ending_before={events[5].Id()}")).Data()
            .Select(one => one.Id()).ShouldBe([events[3].Id(), events[4].Id()]);
        await standIn.GetAsync("/v1/events?starting_after=evt_nothing", status: 400);
    }

    [Fact]
    public async Task Events_older_than_thirty_days_are_gone()
    {
        var clock = new ShiftedClock();
        await using var standIn = await StandIn.StartAsync(clock: clock);
        await standIn.MutateAsync("customers", new { create = 2 });
        var old = (await standIn.GetAsync("/v1/events")).Data()[0].Id();
        clock.Advance(TimeSpan.FromDays(29));
        await standIn.MutateAsync("customers", new { create = 1 });
        (await standIn.GetAsync("/v1/events")).Data().Count.ShouldBe(3);

        clock.Advance(TimeSpan.FromDays(2));

        (await standIn.GetAsync("/v1/events")).Data().Count.ShouldBe(1);
        await standIn.GetAsync($"/v1/events/{old}", status: 404);
    }

    [Fact]
    public async Task A_silent_mutation_tells_nobody()
    {
        await using var standIn = await StandIn.StartAsync();

        await standIn.MutateAsync("customers", new { create = 1, delete = new { count = 1 }, events = false });

        (await standIn.GetAsync("/v1/events")).Data().ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_can_be_rendered_in_an_older_version()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.TellAsync("/settings/stripe", new { event_api_version = "2023-08-16" });

        var id = (await standIn.MutateAsync("invoices", new { create = 1 })).Ids("created").Single();

        var one = (await standIn.GetAsync("/v1/events")).Data().Single();
        one.Text("api_version").ShouldBe("2023-08-16");
        one.GetProperty("data").GetProperty("object").TryGetProperty("parent", out _).ShouldBeFalse();
        (await standIn.GetAsync($"/v1/invoices/{id}")).TryGetProperty("parent", out _).ShouldBeTrue();
    }

    private static JsonElement Previous(JsonElement one) => one.GetProperty("data").GetProperty("previous_attributes");
}
