using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Square;

/// <summary>What the stand-in refuses, as Square does.</summary>
public sealed class SquareStandInTests
{
    [Theory]
    [InlineData("/v2/orders/search", "{}", "MISSING_REQUIRED_PARAMETER", "location_ids")]
    [InlineData("/v2/orders/search", """{"location_ids":["1","2","3","4","5","6","7","8","9","10","11"]}""", "ARRAY_LENGTH_TOO_LONG", "location_ids")]
    [InlineData("/v2/orders/search", """{"location_ids":["none"]}""", "INVALID_VALUE", "location_ids")]
    [InlineData("/v2/orders/search", """{"location_ids":["LOCATION"],"limit":1001}""", "VALUE_TOO_HIGH", "limit")]
    [InlineData("/v2/orders/search", """{"location_ids":["LOCATION"],"query":{"filter":{"date_time_filter":{"closed_at":{}}}}}""",
        "INVALID_VALUE", "sort_field")]
    [InlineData("/v2/orders/search", """{"location_ids":["LOCATION"],"query":{"filter":{"date_time_filter":{"closed_at":{},"created_at":{}}}}}""",
        "INVALID_TIME_RANGE", "date_time_filter")]
    [InlineData("/v2/orders/search", """{"location_ids":["LOCATION"],"cursor":"none"}""", "INVALID_CURSOR", "cursor")]
    [InlineData("/v2/inventory/counts/batch-retrieve", """{"limit":0}""", "VALUE_TOO_HIGH", "limit")]
    [InlineData("/v2/catalog/search", """{"begin_time":"yesterday"}""", "INVALID_TIME", "begin_time")]
    [InlineData("/v2/catalog/search", """{"begin":"2026-01-01T00:00:00Z"}""", "BAD_REQUEST", "begin")]
    public async Task A_wrong_search_is_refused_by_its_field(string path, string body, string code, string field)
    {
        await using var square = await StartAsync();
        var location = (await square.SendAsync(HttpMethod.Get, "/v2/locations", null))["locations"]![0]!["id"]!.ToString();
        var error = (await square.SendAsync(HttpMethod.Post, path, body.Replace("LOCATION", location, StringComparison.Ordinal), 400))["errors"]![0]!;
        (error["category"]!.ToString(), error["code"]!.ToString(), error["field"]!.ToString()).ShouldBe(("INVALID_REQUEST_ERROR", code, field));
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_query_alone()
    {
        await using var square = await StartAsync();
        var page = await square.SendAsync(HttpMethod.Post, "/v2/catalog/search", """{"object_types":["ITEM"],"limit":2}""");
        var cursor = page["cursor"]!.ToString();
        (await square.SendAsync(HttpMethod.Post, "/v2/catalog/search", $$"""{"object_types":["ITEM"],"limit":2,"cursor":"{{cursor}}"}"""))["objects"]!
            .AsArray().Count.ShouldBe(2);
        await square.SendAsync(HttpMethod.Post, "/v2/catalog/search", $$"""{"object_types":["TAX"],"limit":2,"cursor":"{{cursor}}"}""", 400);
    }

    [Fact]
    public async Task Nested_kinds_come_only_where_they_are_named()
    {
        await using var square = await StartAsync();
        var all = await square.SendAsync(HttpMethod.Post, "/v2/catalog/search", """{"limit":1000}""");
        all["objects"]!.AsArray().Select(one => one!["type"]!.ToString()).Distinct().ShouldBe(["CATEGORY", "ITEM", "TAX"]);
    }

    [Fact]
    public async Task A_search_that_finds_nothing_has_no_list()
    {
        await using var square = await StartAsync();
        (await square.SendAsync(HttpMethod.Post, "/v2/catalog/search", """{"object_types":["IMAGE"]}""")).ToJsonString().ShouldBe("{}");
    }

    private static async Task<Client> StartAsync() => new(await SandboxServer.StartAsync(
        new SandboxOptions { Port = 0, Size = 10 }, TestContext.Current.CancellationToken));

    private sealed class Client : IAsyncDisposable
    {
        private readonly SandboxServer _sandbox;
        private readonly HttpClient _http;

        public Client(SandboxServer sandbox)
        {
            _sandbox = sandbox;
            _http = new HttpClient { BaseAddress = sandbox.Vendors["square"] };
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "tidemark");
            _http.DefaultRequestHeaders.Add("Square-Version", "2025-08-20");
        }

        public async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body, int status = 200)
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(status, text);
            return JsonNode.Parse(text)!;
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _sandbox.DisposeAsync();
        }
    }
}
