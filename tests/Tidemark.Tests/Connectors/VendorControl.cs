using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>What the control port of the sandbox does with one vendor.</summary>
/// <param name="sandbox">Outlives this.</param>
/// <param name="vendor">E.g. <c>zoho</c>.</param>
public sealed class VendorControl(SandboxServer sandbox, string vendor) : IDisposable
{
    private readonly HttpClient _control = new() { BaseAddress = sandbox.Control };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What the vendor really has, by id, as a complete client would see it.</summary>
    public async Task<SortedDictionary<string, JsonNode>> TruthAsync(string stream)
    {
        var truth = (await _control.GetFromJsonAsync<JsonNode>($"/truth/{vendor}/{stream}?full=true", Stop))!;
        var byId = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var ids = truth["ids"]!.AsArray();
        var records = truth["records"]!.AsArray();
        for (var at = 0; at < ids.Count; at++) byId[ids[at]!.ToString()] = records[at]!;
        return byId;
    }

    public Task<JsonNode> MutateAsync(string stream, object mutation) =>
        SendAsync(HttpMethod.Post, $"/mutate/{vendor}/{stream}", mutation);

    public Task FaultAsync(object fault) => SendAsync(HttpMethod.Post, $"/faults/{vendor}", fault);

    public Task ClearFaultsAsync() => SendAsync(HttpMethod.Delete, $"/faults/{vendor}", null);

    public Task SetAsync(object setting) => SendAsync(HttpMethod.Post, $"/settings/{vendor}", setting);

    /// <summary>What was asked since the last reset.</summary>
    public async Task<JsonNode> RequestsAsync() => (await _control.GetFromJsonAsync<JsonNode>($"/requests/{vendor}", Stop))!;

    public Task ResetRequestsAsync() => SendAsync(HttpMethod.Delete, $"/requests/{vendor}", null);

    public void Dispose() => _control.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _control.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return answer.IsSuccessStatusCode
            ? (text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!)
            : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }
}
