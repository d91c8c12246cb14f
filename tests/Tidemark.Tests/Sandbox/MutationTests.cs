using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class MutationTests
{
    [Fact]
    public async Task Truth_is_what_a_complete_client_reads()
    {
        await using var standIn = await StandIn.StartAsync();
        await standIn.MutateAsync("customers", new
        {
            create = 5,
            update = new { count = 10, set = new { name = "Changed" } },
            delete = new { count = 7 },
        });

        var read = await standIn.ReadAllAsync("/v1/customers", limit: 11);
        var truth = await standIn.AskAsync("/truth/stripe/customers?full=true");

        truth.GetProperty("count").GetInt64().ShouldBe(118);
        truth.Ids("ids").ShouldBe(read.Select(record => record.Id()));
        truth.GetProperty("records").EnumerateArray().Select(record => record.GetRawText())
            .ShouldBe(read.Select(record => record.GetRawText()));
    }

    [Fact]
    public async Task A_created_record_takes_the_fields_and_the_time_it_is_given()
    {
        await using var standIn = await StandIn.StartAsync();
        var border = (await standIn.ReadAllAsync("/v1/customers"))[50].Created();

        var fields = new { created = border, name = "Zoë", email = "z@example.com" };
        var result = await standIn.MutateAsync("customers", new { create = new object[] { fields } });

        var id = result.Ids("created").Single();
        var record = await standIn.GetAsync($"/v1/customers/{id}");
        record.Text("name").ShouldBe("Zoë");
        record.Text("object").ShouldBe("customer");
        var all = await standIn.ReadAllAsync("/v1/customers", limit: 3);
        all.Count.ShouldBe(121);
        all.Select(one => one.Created()).ShouldBeInOrder(SortDirection.Descending);
        (await standIn.ReadAllAsync($"/v1/customers?created={border}")).ShouldContain(one => one.Id() == id);
        (await standIn.GetAsync("/v1/customers?email=z@example.com")).Data().Single().Id().ShouldBe(id);
    }

    [Fact]
    public async Task A_record_can_be_created_under_an_id_of_ones_own_but_only_once()
    {
        await using var standIn = await StandIn.StartAsync();
        var body = new { create = new object[] { new { id = "cus_mine" } } };

        await standIn.MutateAsync("customers", body);

        (await standIn.GetAsync("/v1/customers/cus_mine")).Id().ShouldBe("cus_mine");
        (await standIn.GetAsync("/v1/customers?limit=1&starting_after=cus_mine")).Data().Count.ShouldBe(1);
        await standIn.MutateAsync("customers", body, status: 400);
    }

    [Fact]
    public async Task A_chosen_number_of_records_is_always_the_same_choice()
    {
        await using var one = await StandIn.StartAsync();
        await using var same = await StandIn.StartAsync();
        var body = new { update = new { count = 5 }, delete = new { count = 5 } };

        var first = await one.MutateAsync("customers", body);
        var second = await one.MutateAsync("customers", body);

        (await same.MutateAsync("customers", body)).GetRawText().ShouldBe(first.GetRawText());
        second.Ids("updated").ShouldNotBe(first.Ids("updated"));
        first.Ids("updated").Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public async Task Choosing_more_than_there_are_chooses_all()
    {
        await using var standIn = await StandIn.StartAsync();

        var result = await standIn.MutateAsync("customers", new { delete = new { count = 1000 } });

        result.Ids("deleted").Count.ShouldBe(120);
        (await standIn.GetAsync("/v1/customers")).Data().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("1e30")]
    [InlineData("-9007199254740993")]
    [InlineData("{\"deep\":[1,2,{\"er\":null}]}")]
    [InlineData("\"nul \\u0000, emoji 🚀, quote \\\" and line\\nbreak\"")]
    public async Task Any_value_can_be_put_into_any_field(string value)
    {
        await using var standIn = await StandIn.StartAsync();
        var set = JsonSerializer.Deserialize<JsonElement>($$"""{"balance":{{value}},"brand_new":{{value}}}""");

        var result = await standIn.MutateAsync("customers", new { update = new { count = 1, set } });

        var record = await standIn.GetAsync($"/v1/customers/{result.Ids("updated").Single()}");
        JsonElement.DeepEquals(record.GetProperty("balance"), set.GetProperty("balance")).ShouldBeTrue();
        JsonElement.DeepEquals(record.GetProperty("brand_new"), set.GetProperty("balance")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_text_of_ten_megabytes_comes_back_whole()
    {
        await using var standIn = await StandIn.StartAsync();
        var text = new string('é', 5_000_000) + "\u0000\U0001F680";

        var result = await standIn.MutateAsync(
            "customers", new { update = new { count = 1, set = new { description = text } } });

        var record = await standIn.GetAsync($"/v1/customers/{result.Ids("updated").Single()}");
        record.Text("description").ShouldBe(text);
    }

    [Fact]
    public async Task Deleting_a_subscription_cancels_it()
    {
        await using var standIn = await StandIn.StartAsync();

        var result = await standIn.MutateAsync("subscriptions", new { delete = new { count = 1 } });
        var id = result.Ids("deleted").Single();

        (await standIn.GetAsync($"/v1/subscriptions/{id}")).Text("status").ShouldBe("canceled");
        (await standIn.ReadAllAsync("/v1/subscriptions?status=all")).Count.ShouldBe(72);
        (await standIn.ReadAllAsync("/v1/subscriptions")).ShouldNotContain(record => record.Id() == id);
        await standIn.MutateAsync("subscriptions", new { delete = new { id } }, status: 400);
    }

    [Theory]
    [InlineData("customers")]
    [InlineData("subscriptions")]
    [InlineData("charges")]
    [InlineData("invoices")]
    [InlineData("products")]
    [InlineData("plans")]
    public async Task The_smallest_stand_in_takes_new_records_of_every_kind(string stream)
    {
        await using var standIn = await StandIn.StartAsync(size: 1);
        var before = await standIn.AskAsync($"/truth/stripe/{stream}");

        var made = await standIn.MutateAsync(stream, new { create = 300 });

        var path = stream == "subscriptions" ? "/v1/subscriptions?status=all" : $"/v1/{stream}";
        (await standIn.ReadAllAsync(path)).Select(record => record.Id())
            .ShouldBe(made.Ids("created").AsEnumerable().Reverse().Concat(before.Ids("ids")));
    }

    [Fact]
    public async Task A_mutation_that_is_refused_changes_nothing()
    {
        await using var standIn = await StandIn.StartAsync();
        var before = (await standIn.AskAsync("/truth/stripe/customers?full=true")).GetRawText();

        await standIn.MutateAsync("customers", new { create = 3, update = new { id = "cus_nobody" } }, status: 400);

        (await standIn.AskAsync("/truth/stripe/customers?full=true")).GetRawText().ShouldBe(before);
    }
}
