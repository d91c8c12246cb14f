using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Vendors call, over real HTTP.</summary>
public sealed class WebhooksApiTests
{
    private const string Secret = "whsec_do_not_tell";

    [Fact]
    public async Task S2_11_a_signed_call_of_Stripe_starts_a_merge_that_brings_the_change()
    {
        await using var bench = await StartAsync();
        await bench.RunAsync(new { kind = "sync", pipeline = "payments" });
        using var control = new HttpClient { BaseAddress = bench.Control };
        (await control.PostAsJsonAsync(new Uri("mutate/stripe/customers", UriKind.Relative), new { create = 3 }, ServerBench.Cancel)).EnsureSuccessStatusCode();

        var (status, answer) = await CallAsync(bench, """{"id":"evt_1","type":"customer.created"}""");

        (status, Names(answer, "pipelines"), Names(answer, "streams")).ShouldBe((202, "payments", "customers"));
        JsonElement run;
        do
        {
            await Task.Delay(200, ServerBench.Cancel);
            run = (await bench.GetAsync("runs?limit=1")).GetProperty("items")[0];
        }
        while (run.GetProperty("trigger").GetString() != "webhook" || run.GetProperty("status").GetString() is "queued" or "running");
        run.GetProperty("status").GetString().ShouldBe("succeeded", run.ToString());
        (run.GetProperty("actor").GetString(), run.GetProperty("mode").GetString()).ShouldBe(("shop", "merge"));
        var stream = run.GetProperty("streams").EnumerateArray().ShouldHaveSingleItem();
        (stream.GetProperty("stream").GetString(), stream.GetProperty("created").GetInt32()).ShouldBe(("customers", 3));
    }

    [Fact]
    public async Task P11_a_call_with_another_secret_is_refused_written_down_and_says_nothing_of_the_right_one()
    {
        await using var bench = await StartAsync();

        var (status, answer) = await CallAsync(bench, """{"type":"customer.created"}""", "whsec_guessed");

        (status, answer.GetProperty("code").GetString()).ShouldBe((401, "webhook.refused"));
        answer.ToString().ShouldNotContain(Secret);
        var line = (await bench.GetAsync("audit?action=webhook")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        (line.GetProperty("action").GetString(), line.GetProperty("subject").GetString(), line.GetProperty("outcome").GetString()).ShouldBe(("webhook.hear", "source shop", "refused"));
        (await bench.GetAsync("sources/shop")).ToString().ShouldNotContain(Secret);
        using var unknown = new StringContent("{}");
        using var refused = await bench.Anybody.PostAsync(new Uri("webhooks/nobody", UriKind.Relative), unknown, ServerBench.Cancel);
        ((int)refused.StatusCode).ShouldBe(404);
    }

    private static async Task<ServerBench> StartAsync()
    {
        var bench = await ServerBench.StartAsync(new ServerOptions(), customers: 30);
        await bench.SavePaymentsAsync();
        var shop = await bench.Home.Definitions.Sources.FindAsync("shop", ServerBench.Cancel);
        await bench.Home.Definitions.Sources.SaveAsync(shop.With(new Dictionary<string, string> { ["webhook_secret"] = Secret }), ServerBench.Cancel);
        await bench.DoAsync(HttpMethod.Put, "pipelines/payments", new { source = "shop", destination = "db", streams = new[] { "customers", "products" }, webhooks = true });
        return bench;
    }

    private static string Names(JsonElement answer, string list) => string.Join(",", answer.GetProperty(list).EnumerateArray().Select(name => name.GetString()));

    private static async Task<(int Status, JsonElement Answer)> CallAsync(ServerBench bench, string body, string secret = Secret)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, "webhooks/shop") { Content = new StringContent(body) };
        request.Headers.Add("Stripe-Signature", $"t={time},v1={signature},v0=00");
        using var response = await bench.Anybody.SendAsync(request, ServerBench.Cancel);
        return ((int)response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(ServerBench.Cancel)));
    }
}
