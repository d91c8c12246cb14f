using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Sandbox;

/// <summary>A sandbox on free ports, and clients of its Stripe port and its control port.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly SandboxServer _server;

    private StandIn(SandboxServer server)
    {
        _server = server;
        Stripe = new() { BaseAddress = server.Vendors["stripe"] };
        Stripe.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_tidemark");
        Control = new() { BaseAddress = server.Control };
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpClient Stripe { get; }

    public HttpClient Control { get; }

    public static async Task<StandIn> StartAsync(int size = 120, long seed = 1, TimeProvider? clock = null)
    {
        var options = new SandboxOptions
        {
            Size = size,
            Seed = seed,
            Port = 0,
            Clock = clock ?? TimeProvider.System,
        };
        return new(await SandboxServer.StartAsync(options, Cancel));
    }

    public async Task<JsonElement> GetAsync(string path, int status = 200) => await ReadAsync(
        await Stripe.GetAsync(new Uri(path, UriKind.Relative), Cancel), status);

    public async Task<JsonElement> AskAsync(string path, int status = 200) => await ReadAsync(
        await Control.GetAsync(new Uri(path, UriKind.Relative), Cancel), status);

    public async Task<JsonElement> TellAsync(string path, object body, int status = 200) => await ReadAsync(
        await Control.PostAsJsonAsync(path, body, Cancel), status);

    public Task<JsonElement> MutateAsync(string stream, object body, int status = 200) =>
        TellAsync($"/mutate/stripe/{stream}", body, status);

    public Task<JsonElement> BreakAsync(object fault) => TellAsync("/faults/stripe", fault);

    /// <summary>Every record of a list, page by page as Stripe's own clients do.</summary>
    public async Task<List<JsonElement>> ReadAllAsync(string path, int limit = 100)
    {
        var all = new List<JsonElement>();
        var start = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}";
        for (var next = start; ;)
        {
            var page = await GetAsync(next);
            all.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean()) return all;
            next = $"{start}&starting_after={all[^1].Id()}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stripe.Dispose();
        Control.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Cancel);
            ((int)response.StatusCode).ShouldBe(status, text);
            return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}

internal static class StripeJson
{
    public static string Id(this JsonElement record) => record.GetProperty("id").GetString()!;

    public static long Created(this JsonElement record) => record.GetProperty("created").GetInt64();

    public static string? Text(this JsonElement record, string field) => record.GetProperty(field).GetString();

    public static List<string> Ids(this JsonElement answer, string field) =>
        [.. answer.GetProperty(field).EnumerateArray().Select(id => id.GetString()!)];

    public static List<JsonElement> Data(this JsonElement page) => [.. page.GetProperty("data").EnumerateArray()];

    public static bool HasMore(this JsonElement page) => page.GetProperty("has_more").GetBoolean();
}
