using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Stripe;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Stripe;

public sealed class StripeReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Recently = Now.AddMinutes(-20).ToUnixTimeSeconds();
    private static readonly Cursor Since = new($$"""{"v":1,"since":{{Now.AddHours(-1).ToUnixTimeSeconds()}},"until":{{Now.AddHours(-1).ToUnixTimeSeconds()}}}""");

    private readonly PlayedStripe _stripe = new();

    [Fact]
    public async Task All_customers_are_read_in_pages_of_a_hundred()
    {
        for (var at = 0; at < 950; at++) _stripe.Add("customers", $"cus_{at}", 1_700_000_000 + (at * 40_000));
        (await IdsAsync("customers")).Order().ShouldBe(_stripe.Objects["customers"].Select(entry => (string)entry["id"]!).Order());
        _stripe.Requests.ShouldAllBe(request => request.Headers["Stripe-Version"] == "2026-10-28.endive");
        _stripe.Requests.ShouldContain(request => request["created[lt]"] != null);
    }

    [Fact]
    public async Task Nothing_created_before_the_start_date_is_read()
    {
        _stripe.Add("plans", "old", 1_600_000_000);
        _stripe.Add("plans", "new", 1_700_000_000);
        (await IdsAsync("plans", options: Options() with { StartDate = new DateOnly(2022, 1, 1) })).ShouldBe(["new"]);
        (await IdsAsync("plans")).ShouldBe(["new", "old"]);
    }

    [Fact]
    public async Task Nor_is_a_change_of_what_was_created_before_the_start_date()
    {
        _stripe.Happen("plan.updated", Recently, JsonNode.Parse("""{"id":"old","created":1600000000}""")!);
        _stripe.Happen("plan.updated", Recently, JsonNode.Parse("""{"id":"new","created":1700000000}""")!);
        (await IdsAsync("plans", Since, Options() with { StartDate = new DateOnly(2022, 1, 1) })).ShouldBe(["new"]);
    }

    [Fact]
    public async Task Canceled_subscriptions_are_asked_for()
    {
        await IdsAsync("subscriptions");
        _stripe.Requests.ShouldContain(request => request.Path == "/v1/subscriptions" && request["status"] == "all");
    }

    [Theory]
    [InlineData("subscriptions", "items", "/v1/subscription_items?subscription=x_1")]
    [InlineData("invoices", "lines", "/v1/invoices/x_1/lines")]
    [InlineData("charges", "refunds", "/v1/charges/x_1/refunds")]
    public async Task Nested_lists_are_whole(string stream, string list, string url)
    {
        var entries = string.Join(',', Enumerable.Range(0, 230).Select(at => $$"""{"id":"e_{{at}}","note":"\"has_more\":true"}"""));
        _stripe.Add(stream, "x_1", 1_700_000_000, $$""","{{list}}":{"object":"list","data":[{{entries}}],"has_more":false,"url":"{{url}}"},"status":"active" """);
        _stripe.Add(stream, "x_2", 1_700_000_001, $$""","{{list}}":{"object":"list","data":[],"has_more":false,"url":"/none"}""");
        foreach (var node in JsonNode.Parse($"[{entries}]")!.AsArray()) _stripe.Objects["subscription_items"].Add(node!.DeepClone().AsObject());

        var records = await RecordsAsync(stream);
        records.Select(record => (string)record["id"]!).ShouldBe(["x_2", "x_1"]);
        records[1][list]!["data"]!.AsArray().Select(entry => (string)entry!["id"]!).ShouldBe(Enumerable.Range(0, 230).Select(at => $"e_{at}"));
        ((bool)records[1][list]!["has_more"]!).ShouldBeFalse();
        JsonNode.DeepEquals(records[1], _stripe.Find(stream, "x_1")).ShouldBeTrue();
    }

    [Fact]
    public async Task Refunds_are_asked_for_in_lists_and_of_single_charges()
    {
        _stripe.Add("charges", "ch_1", 1);
        _stripe.Happen("charge.refunded", Recently, _stripe.Find("charges", "ch_1"));
        await IdsAsync("charges", Since);
        _stripe.Requests.ShouldContain(request => request.Path == "/v1/charges" && request["expand[]"] == "data.refunds");
        _stripe.Requests.ShouldContain(request => request.Path == "/v1/charges/ch_1" && request["expand[]"] == "refunds");
    }

    [Fact]
    public async Task The_newest_event_of_an_object_decides()
    {
        _stripe.Happen("customer.created", Recently, JsonNode.Parse("""{"id":"cus_1","name":"first"}""")!);
        _stripe.Happen("customer.updated", Recently + 5, JsonNode.Parse("""{"id":"cus_1","name":"second"}""")!);
        _stripe.Happen("customer.updated", Recently + 6, JsonNode.Parse("""{"id":"cus_2","name":"other"}""")!);
        _stripe.Happen("customer.deleted", Recently + 7, JsonNode.Parse("""{"id":"cus_2"}""")!);
        _stripe.Happen("charge.succeeded", Recently + 8, JsonNode.Parse("""{"id":"ch_1"}""")!);
        var records = await RecordsAsync("customers", Since);
        records.Select(record => record.ToJsonString()).ShouldBe(["""{"id":"cus_2","$gone":true}""", """{"id":"cus_1","name":"second"}"""]);
        _stripe.Requests.Count(request => request.Path.StartsWith("/v1/customers/", StringComparison.Ordinal)).ShouldBe(0);
    }

    [Fact]
    public async Task Events_of_one_second_are_settled_by_reading_the_object()
    {
        _stripe.Add("customers", "cus_1", 1, ""","name":"now" """);
        _stripe.Happen("customer.updated", Recently, JsonNode.Parse("""{"id":"cus_1","name":"one"}""")!);
        _stripe.Happen("customer.updated", Recently, JsonNode.Parse("""{"id":"cus_1","name":"two"}""")!);
        ((string)(await RecordsAsync("customers", Since))[^1]["name"]!).ShouldBe("now");
    }

    [Fact]
    public async Task Events_of_another_version_are_settled_by_reading_the_object()
    {
        _stripe.Version = "2020-08-27";
        _stripe.Add("products", "prod_1", 1, ""","name":"now" """);
        _stripe.Add("products", "prod_2", 1, ""","deleted":true""");
        foreach (var id in new[] { "prod_1", "prod_2", "prod_3" })
            _stripe.Happen("product.updated", Recently, JsonNode.Parse($$"""{"id":"{{id}}","name":"then"}""")!);
        var records = await RecordsAsync("products", Since);
        records.Select(record => ((string)record["id"]!, (string?)record["name"], record["$gone"] is not null)).Order()
            .ShouldBe([("prod_1", "now", false), ("prod_2", null, true), ("prod_3", null, true)]);
    }

    [Fact]
    public async Task A_canceled_subscription_stays_as_a_row()
    {
        _stripe.Happen("customer.subscription.deleted", Recently, JsonNode.Parse("""{"id":"sub_1","status":"canceled"}""")!);
        (await RecordsAsync("subscriptions", Since)).Single().ToJsonString().ShouldBe("""{"id":"sub_1","status":"canceled"}""");
    }

    [Fact]
    public async Task A_dispute_is_read_as_a_change_of_its_charge()
    {
        _stripe.Add("charges", "ch_1", 1, ""","disputed":true""");
        _stripe.Happen("charge.dispute.created", Recently, JsonNode.Parse("""{"id":"dp_1","charge":"ch_1"}""")!);
        (await RecordsAsync("charges", Since)).Single()["id"]!.GetValue<string>().ShouldBe("ch_1");
    }

    [Fact]
    public async Task Every_stream_asks_for_events_of_at_most_twenty_types()
    {
        foreach (var stream in StripeStreams.All(Options()))
        {
            _stripe.Requests.Clear();
            await IdsAsync(stream.Schema.Name, Since);
            var asked = _stripe.Requests.Where(request => request.Path == "/v1/events").Select(request => request.Query["types[]"].ToList()).ToList();
            asked.ShouldAllBe(types => types.Count >= 1 && types.Count <= 20);
            asked.SelectMany(types => types).ShouldBeUnique();
            asked.Sum(types => types.Count).ShouldBeGreaterThanOrEqualTo(3);
            stream.Schema.Fields.Select(field => field.Name).ShouldBeUnique();
        }
    }

    [Fact]
    public async Task An_invoice_that_is_deleted_while_its_lines_are_read_is_kept_until_its_event()
    {
        var entries = string.Join(',', Enumerable.Range(0, 11).Select(at => $$"""{"id":"il_{{at}}"}"""));
        _stripe.Add("invoices", "in_1", 1_700_000_000, $$""","lines":{"data":[{{entries}}],"has_more":false,"url":"/v1/invoices/in_1/lines"}""");
        _stripe.Fault = request => request.Path.EndsWith("/lines", StringComparison.Ordinal) ? PlayedAnswer.Json("{}", 404) : null;
        (await RecordsAsync("invoices")).Single()["lines"]!["data"]!.AsArray().Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_starting_point_that_was_deleted_is_passed()
    {
        for (var at = 0; at < 350; at++) _stripe.Add("customers", $"cus_{at:000}", 1_700_000_000 + (at / 3));
        _stripe.Fault = request =>
        {
            if (request["starting_after"] is { } id && _stripe.Objects["customers"].Count == 350) _stripe.Objects["customers"].Remove(_stripe.Find("customers", id));
            return null;
        };
        (await IdsAsync("customers")).Distinct().Count().ShouldBe(350);
    }

    [Fact]
    public async Task Missing_permissions_are_all_named_at_once()
    {
        _stripe.Fault = request => request.Path is "/v1/charges" or "/v1/invoices"
            ? PlayedAnswer.Json("""{"error":{"message":"The provided key does not have the required permissions."}}""", 403) : null;
        var check = await Source(Options()).CheckAsync(TestContext.Current.CancellationToken);
        check.Problems.Select(problem => (problem.Code, problem.Subject)).ShouldBe(
            [("stripe.forbidden", "stream charges"), ("stripe.forbidden", "stream invoices")]);
        _stripe.Requests.ShouldAllBe(request => request["limit"] == "1");
    }

    [Fact]
    public async Task A_key_that_is_not_accepted_is_one_problem_and_is_not_shown()
    {
        _stripe.Fault = _ => PlayedAnswer.Json($$$"""{"error":{"message":"Invalid API Key provided: {{{Played.Key}}}"}}""", 401);
        var check = await Source(Options()).CheckAsync(TestContext.Current.CancellationToken);
        check.Problems.Single().Code.ShouldBe("stripe.unauthorized");
        check.Problems.Single().ToString().ShouldNotContain(Played.Key);
    }

    private static StripeOptions Options() => new() { ApiKey = new Secret(Played.Key), RequestsPerSecond = 1000 };

    private HttpSource Source(StripeOptions options)
    {
        var clock = new StoppedClock(Now);
        var api = StripeConnector.Api(options) with { RequestsPerSecond = 0, RetryDelay = TimeSpan.FromMilliseconds(5) };
        return new HttpSource(new HttpExchange(api, clock, new PlayedHandler(_stripe.Answer)), StripeStreams.All(options), clock);
    }

    private async Task<IEnumerable<string>> IdsAsync(string stream, Cursor? from = null, StripeOptions? options = null) =>
        (await RecordsAsync(stream, from, options)).Select(record => (string)record["id"]!);

    /// <summary>Records as JSON; deletions have a property <c>$gone</c>.</summary>
    private async Task<List<JsonObject>> RecordsAsync(string stream, Cursor? from = null, StripeOptions? options = null)
    {
        await using var source = Source(options ?? Options());
        var schema = StripeStreams.All(Options()).First(known => known.Schema.Name == stream).Schema;
        var records = new List<JsonObject>();
        await foreach (var page in source.ReadAsync(new ReadRequest(schema, from), TestContext.Current.CancellationToken))
        {
            using var _ = page;
            foreach (var record in page.Records)
            {
                var json = JsonNode.Parse(Encoding.UTF8.GetString(page.Bytes.Span.Slice(record.Start, record.Length)))!.AsObject();
                if (record.IsDeletion) json["$gone"] = true;
                records.Add(json);
            }
        }

        return records;
    }
}
