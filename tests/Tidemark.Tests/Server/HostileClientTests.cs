using System.Net;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>A client that sends what nobody would, to every operation that the document names.</summary>
public sealed class HostileClientTests
{
    private const int TriesOfAnOperation = 12;

    private static readonly string[] Texts =
    [
        "", " ", "\0", "\u202e", "😀", "\ud800", "../../etc/passwd", "..%2F..", "\"; drop table runs; --", "' or 1=1 --", "%", "_", "{}", "[]", "null", "true", "-1", "0",
        "999999999999999999999", "1e400", "NaN", "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "last", "r-", "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0", "${PATH}", "env:PATH", "a\r\nX-Injected: 1", new('x', 5000),
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "\"text\"", "{}", """{"pipeline":"payments"}""", """{"pipeline":"payments","streams":["\u0000"]}""", """{"pipeline":"payments","streams":null}""",
        """{"pipeline":"payments","mode":3}""", """{"pipeline":{"a":1}}""", """{"ids":[]}""", """{"ids":[-1,9223372036854775807]}""", """{"ids":[92233720368547758070]}""",
        """{"ids":null}""", """{"name":"","role":"admin"}""", """{"name":"x","role":"root"}""", """{"name":"x","role":"viewer","expires_at":"yesterday"}""",
        """{"connector":"stripe","settings":{"api_key":"x","api_key":"y"}}""", """{"connector":"stripe","settings":{"base_url":"file:///etc/passwd","api_key":"x"}}""",
        """{"connector":null,"settings":[]}""", """{"source":"shop","destination":"db","streams":[{"name":1}]}""", """{"source":"none","destination":"db"}""",
        "sources:\n- &a {name: x}\n- *a\n", "\ufeff{}", new string('[', 20_000),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task P11_no_request_gets_a_500_or_a_secret_back(int seed)
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        await bench.SavePaymentsAsync();
        var run = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString()!;
        using var anna = await bench.LogInAsync("anna@example.com", Engine.Access.Role.Admin);
        var draw = new SeededDraw(seed);
        var document = JsonSerializer.Deserialize<JsonElement>(
            await bench.Anybody.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), ServerBench.Cancel));
        var wrong = new List<string>();
        foreach (var (method, path) in await AccessTests.OperationsAsync(bench))
        {
            var queries = document.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant()) is var operation
                && operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!).ToList() : [];
            for (var each = 0; each < TriesOfAnOperation; each++)
            {
                var known = draw.Next(2) == 0;
                var address = path.Replace("{id}", known ? run : Escaped(), StringComparison.Ordinal)
                    .Replace("{pipeline}", known ? "payments" : Escaped(), StringComparison.Ordinal).Replace("{name}", known ? "shop" : Escaped(), StringComparison.Ordinal)
                    .Replace("{table}", known ? "shop_products" : Escaped(), StringComparison.Ordinal).Replace("{filename}", Escaped(), StringComparison.Ordinal)
                    .Replace("{sync_id}", Escaped(), StringComparison.Ordinal).Replace("{email}", known ? "anna@example.com" : Escaped(), StringComparison.Ordinal);
                var query = string.Join('&', queries.Where(name => name != "follow" && draw.Next(3) == 0).Select(name => $"{name}={Escaped()}"));
                using var request = new HttpRequestMessage(new(method), new Uri($"{address}?{query}", UriKind.Relative));
                var body = Bodies[draw.Next(Bodies.Length)];
                if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent(body, Encoding.UTF8, draw.Next(5) == 0 ? "text/plain" : "application/json");
                if (draw.Next(4) == 0) request.Headers.TryAddWithoutValidation("Idempotency-Key", $"key {draw.Next(3)}");
                using var response = await (draw.Next(3) == 0 ? anna : bench.Admin).SendAsync(request, ServerBench.Cancel);
                var answer = await response.Content.ReadAsStringAsync(ServerBench.Cancel);
                if (response.StatusCode == HttpStatusCode.InternalServerError || answer.Contains("sk_test_tidemark", StringComparison.Ordinal)
                    || response.Headers.Contains("X-Injected") || (!response.IsSuccessStatusCode && !IsProblem(response, answer)))
                    wrong.Add($"{method} {address}?{query} {body}: {(int)response.StatusCode} {answer}");
            }
        }

        wrong.ShouldBeEmpty();
        (await bench.GetAsync("me")).GetProperty("name").GetString().ShouldBe("admin");

        string Escaped() => Uri.EscapeDataString(Texts[draw.Next(Texts.Length)].Replace("\ud800", "", StringComparison.Ordinal));
    }

    /// <summary>Whether a refusal says why; a request that is no HTTP is refused before anybody could.</summary>
    private static bool IsProblem(HttpResponseMessage response, string answer) =>
        response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("code").GetString()!.Length > 0
            : response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong && answer.Length == 0;
}
