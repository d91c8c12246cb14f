using Shouldly;
using Xunit;

namespace Tidemark.Tests.Sandbox;

public sealed class StripePagingTests
{
    [Theory]
    [InlineData("customers", "", 120)]
    [InlineData("subscriptions", "?status=all", 72)]
    [InlineData("charges", "", 240)]
    [InlineData("invoices", "", 120)]
    [InlineData("products", "", 5)]
    [InlineData("plans", "", 10)]
    [InlineData("prices", "", 10)]
    public async Task Paging_reads_every_record_once_and_newest_first(string stream, string query, int count)
    {
        await using var standIn = await StandIn.StartAsync();

        var all = await standIn.ReadAllAsync($"/v1/{stream}{query}", limit: 7);

        all.Count.ShouldBe(count);
        all.Select(record => record.Id()).Distinct().Count().ShouldBe(count);
        all.Select(record => record.Created()).ShouldBeInOrder(SortDirection.Descending);
        all[0].Created().ShouldBeLessThan(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_page_has_ten_records_unless_asked_otherwise()
    {
        await using var standIn = await StandIn.StartAsync();

        var page = await standIn.GetAsync("/v1/customers");

        page.Text("object").ShouldBe("list");
        page.Text("url").ShouldBe("/v1/customers");
        page.Data().Count.ShouldBe(10);
        page.HasMore().ShouldBeTrue();
    }

    [Fact]
    public async Task Ending_before_answers_the_page_that_leads_up_to_a_record()
    {
        await using var standIn = await StandIn.StartAsync();
        var all = await standIn.ReadAllAsync("/v1/customers");

        var middle = await standIn.GetAsync($"/v1/customers?limit=5&ending_before={all[20].Id()}");
        var first = await standIn.GetAsync($"/v1/customers?limit=20&ending_before={all[20].Id()}");

        middle.Data().Select(record => record.Id()).ShouldBe(all[15..20].Select(record => record.Id()));
        middle.HasMore().ShouldBeTrue();
        first.Data().Count.ShouldBe(20);
        first.HasMore().ShouldBeFalse();
    }

    [Theory]
    [InlineData("created[gt]", "lt", false)]
    [InlineData("created[gte]", "lt", true)]
    [InlineData("created[lt]", "gt", false)]
    [InlineData("created[lte]", "gt", true)]
    [InlineData("created", "eq", true)]
    public async Task A_created_range_holds_exactly_the_records_in_it(
        string parameter, string excluded, bool withItself)
    {
        await using var standIn = await StandIn.StartAsync();
        var all = await standIn.ReadAllAsync("/v1/charges");
        var border = all[100].Created();

        var some = await standIn.ReadAllAsync($"/v1/charges?{parameter}={border}", limit: 9);

        var expected = all.Where(record => excluded switch
        {
            _ when record.Created() == border => withItself,
            "lt" => record.Created() > border,
            "gt" => record.Created() < border,
            _ => false,
        });
        some.Select(record => record.Id()).ShouldBe(expected.Select(record => record.Id()));
    }

    [Fact]
    public async Task Several_records_share_a_second_and_still_page_in_one_order()
    {
        await using var standIn = await StandIn.StartAsync();

        var all = await standIn.ReadAllAsync("/v1/customers", limit: 1);

        all.GroupBy(record => record.Created()).ShouldContain(second => second.Count() > 1);
        all.Select(record => record.Id())
            .ShouldBe((await standIn.ReadAllAsync("/v1/customers")).Select(record => record.Id()));
    }

    [Theory]
    [InlineData("limit=0", "parameter_invalid_integer", "limit")]
    [InlineData("limit=101", "parameter_invalid_integer", "limit")]
    [InlineData("limit=ten", "parameter_invalid_integer", "limit")]
    [InlineData("created[gte]=yesterday", "parameter_invalid_integer", "created[gte]")]
    [InlineData("colour=blue", "parameter_unknown", "colour")]
    [InlineData("starting_after=cus_nobody", "resource_missing", "starting_after")]
    [InlineData("ending_before=cus_nobody", "resource_missing", "ending_before")]
    public async Task A_wrong_parameter_is_refused_by_name(string query, string code, string parameter)
    {
        await using var standIn = await StandIn.StartAsync();

        var error = (await standIn.GetAsync($"/v1/customers?{query}", status: 400)).GetProperty("error");

        error.Text("type").ShouldBe("invalid_request_error");
        error.Text("code").ShouldBe(code);
        error.Text("param").ShouldBe(parameter);
        error.Text("message").ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Paging_on_from_a_deleted_record_is_refused()
    {
        await using var standIn = await StandIn.StartAsync();
        var id = (await standIn.GetAsync("/v1/customers?limit=3")).Data()[2].Id();
        await standIn.MutateAsync("customers", new { delete = new { id } });

        var error = (await standIn.GetAsync($"/v1/customers?starting_after={id}", status: 400)).GetProperty("error");

        error.Text("code").ShouldBe("resource_missing");
        error.Text("param").ShouldBe("starting_after");
    }

    [Fact]
    public async Task Canceled_subscriptions_are_listed_only_when_asked_for()
    {
        await using var standIn = await StandIn.StartAsync();

        var all = await standIn.ReadAllAsync("/v1/subscriptions?status=all");
        var plain = await standIn.ReadAllAsync("/v1/subscriptions");
        var canceled = await standIn.ReadAllAsync("/v1/subscriptions?status=canceled");

        canceled.ShouldNotBeEmpty();
        canceled.ShouldAllBe(record => record.Text("status") == "canceled");
        plain.ShouldAllBe(record => record.Text("status") != "canceled");
        (plain.Count + canceled.Count).ShouldBe(all.Count);
    }

    [Theory]
    [InlineData("subscriptions?status=all", "customer")]
    [InlineData("charges?", "customer")]
    [InlineData("invoices?", "customer")]
    [InlineData("invoices?", "status")]
    [InlineData("customers?", "email")]
    [InlineData("plans?", "product")]
    public async Task A_filter_keeps_exactly_the_records_with_its_value(string path, string field)
    {
        await using var standIn = await StandIn.StartAsync();
        var all = await standIn.ReadAllAsync($"/v1/{path}");
        var value = all.Select(record => record.Text(field)).First(text => text is not null)!;

        var some = await standIn.ReadAllAsync($"/v1/{path}&{field}={Uri.EscapeDataString(value)}", limit: 3);

        some.Select(record => record.Id())
            .ShouldBe(all.Where(record => record.Text(field) == value).Select(record => record.Id()));
    }
}
