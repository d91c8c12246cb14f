using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Sandbox;

/// <summary>What the vendors' official clients do in an hour's normal use works against the stand-ins.</summary>
public sealed class OfficialClientTests : IAsyncLifetime
{
    private SandboxServer? _sandbox;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions { Port = 0, Size = 120 }, Stop);

    public ValueTask DisposeAsync() => _sandbox!.DisposeAsync();

    [Theory]
    [InlineData("charges", "customer", "customer")]
    [InlineData("charges", "payment_intent", "payment_intent")]
    [InlineData("charges", "balance_transaction", "balance_transaction")]
    [InlineData("charges", "payment_intent.payment_method", "payment_intent")]
    [InlineData("charges", "refunds", "list")]
    [InlineData("subscriptions", "latest_invoice.customer", "invoice")]
    [InlineData("subscriptions", "items.data.price.product", "list")]
    [InlineData("invoices", "parent.subscription_details.subscription", null)]
    [InlineData("customers", "tax_ids", "list")]
    [InlineData("products", "default_price", "price")]
    public async Task R13_stripe_expands_what_a_record_refers_to(string stream, string path, string? kind)
    {
        using var client = Client("stripe", "Bearer", "sk_test_tidemark");
        var listed = (await GetAsync(client, $"/v1/{stream}?limit=20&expand[]=data.{path}")).Data();
        // What refers to nothing stays null.
        if (kind is not null) listed.Select(record => Kind(record, path.Split('.')[0])).OfType<string>().Distinct().ShouldBe([kind]);
        foreach (var record in listed.Take(3))
            (await GetAsync(client, $"/v1/{stream}/{record.Id()}?expand[]={path}")).GetRawText().ShouldBe(record.GetRawText());
        if (path == "items.data.price.product")
            listed[0].GetProperty("items").Data()[0].GetProperty("price").GetProperty("product").Text("object").ShouldBe("product");
    }

    [Fact]
    public async Task R13_stripe_refuses_to_expand_what_is_no_reference()
    {
        using var client = Client("stripe", "Bearer", "sk_test_tidemark");
        foreach (var path in new[] { "email", "nothing", "customer.customer.customer.customer.customer" })
            (await GetAsync(client, $"/v1/customers?expand[]=data.{path}", 400)).GetProperty("error").Text("param").ShouldBe("expand");
    }

    [Theory]
    [InlineData("customers?test_clock=clock_1", 0)]
    [InlineData("subscriptions?status=all&collection_method=charge_automatically&limit=100", 72)]
    [InlineData("subscriptions?status=all&automatic_tax[enabled]=true", 0)]
    [InlineData("invoices?collection_method=send_invoice", 0)]
    [InlineData("charges?transfer_group=group_1", 0)]
    [InlineData("products?shippable=true", 0)]
    [InlineData("prices?lookup_keys[]=a&lookup_keys[]=b", 0)]
    [InlineData("prices?recurring[interval]=week", 0)]
    public async Task R13_stripe_takes_the_filters_of_its_lists(string query, int found)
    {
        using var client = Client("stripe", "Bearer", "sk_test_tidemark");
        (await GetAsync(client, $"/v1/{query}")).Data().Count.ShouldBe(found);
    }

    [Fact]
    public async Task R13_stripe_finds_what_belongs_to_a_price_and_single_parts_of_a_record()
    {
        using var client = Client("stripe", "Bearer", "sk_test_tidemark");
        var subscription = (await GetAsync(client, "/v1/subscriptions?status=all&limit=1")).Data()[0];
        var item = subscription.GetProperty("items").Data()[0];
        var price = item.GetProperty("price").Id();
        (await GetAsync(client, $"/v1/subscriptions?status=all&price={price}&limit=100")).Data()
            .ShouldContain(one => one.Id() == subscription.Id());
        (await GetAsync(client, $"/v1/subscription_items/{item.Id()}")).GetRawText().ShouldBe(item.GetRawText());
        var ids = (await GetAsync(client, "/v1/products?limit=2")).Data().ConvertAll(product => product.Id());
        (await GetAsync(client, $"/v1/products?ids[]={ids[0]}&ids[]={ids[1]}")).Data().ConvertAll(product => product.Id()).ShouldBe(ids);

        var charge = (await GetAsync(client, "/v1/charges?limit=100&expand[]=data.refunds")).Data()
            .First(one => one.GetProperty("refunds").Data().Count > 0);
        var refund = charge.GetProperty("refunds").Data()[0].Id();
        (await GetAsync(client, $"/v1/refunds/{refund}")).Text("charge").ShouldBe(charge.Id());
        (await GetAsync(client, $"/v1/charges/{charge.Id()}/refunds/{refund}")).Id().ShouldBe(refund);
        (await GetAsync(client, $"/v1/refunds?charge={charge.Id()}")).Data()[0].Id().ShouldBe(refund);
        await GetAsync(client, "/v1/refunds/re_nobody", 404);
    }

    [Fact]
    public async Task R13_square_lists_the_catalog_and_gives_single_records()
    {
        using var client = Client("square", "Bearer", "tidemark");
        client.DefaultRequestHeaders.Add("Square-Version", "2025-08-20");
        var first = await GetAsync(client, "/v2/catalog/list?types=ITEM,CATEGORY");
        var all = first.GetProperty("objects").EnumerateArray().ToList();
        for (var page = first; page.TryGetProperty("cursor", out var cursor);)
        {
            page = await GetAsync(client, $"/v2/catalog/list?types=ITEM,CATEGORY&cursor={cursor.GetString()}");
            all.AddRange(page.GetProperty("objects").EnumerateArray());
        }

        all.Select(one => one.Text("type")).Distinct().ShouldBe(["ITEM", "CATEGORY"], ignoreOrder: true);
        var item = all.First(one => one.Text("type") == "ITEM");
        (await GetAsync(client, $"/v2/catalog/object/{item.Id()}")).GetProperty("object").GetRawText().ShouldBe(item.GetRawText());
        var several = await PostAsync(client, "/v2/catalog/batch-retrieve", new { object_ids = new[] { item.Id(), "nobody" } });
        several.GetProperty("objects").GetArrayLength().ShouldBe(1);
        (await GetAsync(client, "/v2/catalog/object/nobody", 404)).GetProperty("errors")[0].Text("code").ShouldBe("NOT_FOUND");

        var location = (await GetAsync(client, "/v2/locations")).GetProperty("locations")[0];
        (await GetAsync(client, $"/v2/locations/{location.Id()}")).GetProperty("location").GetRawText().ShouldBe(location.GetRawText());
        (await GetAsync(client, "/v2/locations/main")).GetProperty("location").Id().ShouldNotBeEmpty();

        var search = new { location_ids = new[] { location.Id() }, limit = 2 };
        var order = (await PostAsync(client, "/v2/orders/search", search)).GetProperty("orders")[0];
        (await GetAsync(client, $"/v2/orders/{order.Id()}")).GetProperty("order").GetRawText().ShouldBe(order.GetRawText());
        (await PostAsync(client, "/v2/orders/batch-retrieve", new { order_ids = new[] { order.Id() } })).GetProperty("orders").GetArrayLength().ShouldBe(1);
        var entry = (await PostAsync(client, "/v2/orders/search", new { search.location_ids, search.limit, return_entries = true }))
            .GetProperty("order_entries")[0];
        (entry.Text("order_id"), entry.Text("location_id")).ShouldBe((order.Id(), location.Id()));
        entry.GetProperty("version").GetInt64().ShouldBe(order.GetProperty("version").GetInt64());
    }

    [Theory]
    [InlineData("note", "Note")]
    [InlineData("call", "Call")]
    [InlineData("email", "Email")]
    [InlineData("sms", "SMS")]
    [InlineData("meeting", "Meeting")]
    [InlineData("created", "Created")]
    [InlineData("custom", "Custom")]
    [InlineData("task_completed", "TaskCompleted")]
    [InlineData("status_change/lead", "LeadStatusChange")]
    [InlineData("status_change/opportunity", "OpportunityStatusChange")]
    [InlineData("emailthread", null)]
    [InlineData("lead_merge", null)]
    public async Task R13_close_lists_the_activities_of_one_type(string address, string? type)
    {
        using var client = Client("close", "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("api_tidemark:")));
        var listed = (await GetAsync(client, $"/api/v1/activity/{address}/?_limit=20")).Data();
        listed.Select(record => record.Text("_type")).Distinct().ShouldBe(type is null ? [] : [type]);
        if (type is null) return;
        (await GetAsync(client, $"/api/v1/activity/{address}/{listed[0].Id()}/")).GetRawText().ShouldBe(listed[0].GetRawText());
        var ofLead = (await GetAsync(client, $"/api/v1/activity/?lead_id={listed[0].Text("lead_id")}&_type={type}")).Data();
        ofLead.ShouldContain(record => record.Id() == listed[0].Id());
        ofLead.ShouldAllBe(record => record.Text("_type") == type);
    }

    [Fact]
    public async Task R13_oracle_describes_its_resources_and_takes_like()
    {
        using var client = Client("oracle", "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("tidemark:tidemark")));
        client.DefaultRequestHeaders.Add("REST-Framework-Version", "4");
        const string Resources = "/crmRestApi/resources/latest";
        foreach (var name in new[] { "opportunities", "accounts", "contacts", "leads", "activities" })
        {
            var resource = (await GetAsync(client, $"{Resources}/{name}/describe")).GetProperty("Resources").GetProperty(name);
            var described = resource.GetProperty("attributes").EnumerateArray().Select(attribute => attribute.Text("name"));
            var item = (await GetAsync(client, $"{Resources}/{name}?limit=1&onlyData=true")).GetProperty("items")[0];
            described.ShouldBe(item.EnumerateObject().Select(field => field.Name));
        }

        var first = (await GetAsync(client, $"{Resources}/opportunities?limit=1&onlyData=true")).GetProperty("items")[0].Text("Name")!;
        var start = first[..3];
        var like = Uri.EscapeDataString($"Name like '{start}%'");
        var found = (await GetAsync(client, $"{Resources}/opportunities?onlyData=true&q={like}")).GetProperty("items").EnumerateArray().ToList();
        found.ShouldNotBeEmpty();
        found.ShouldAllBe(item => item.Text("Name")!.StartsWith(start));
        var none = Uri.EscapeDataString("Name LIKE 'nothing like it%'");
        (await GetAsync(client, $"{Resources}/opportunities?q={none}")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    private HttpClient Client(string vendor, string scheme, string key)
    {
        var client = new HttpClient { BaseAddress = _sandbox!.Vendors[vendor] };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, key);
        return client;
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path, int status = 200) =>
        await ReadAsync(await client.GetAsync(new Uri(path, UriKind.Relative), Stop), status);

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body) =>
        await ReadAsync(await client.PostAsJsonAsync(path, body, Stop), 200);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Stop);
            ((int)response.StatusCode).ShouldBe(status, text);
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }

    /// <summary>What an expanded property is; null values are passed over.</summary>
    private static string? Kind(JsonElement record, string name) => record.GetProperty(name) is { ValueKind: not JsonValueKind.Null } whole
        ? whole.Text("object") : null;
}
