using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Oracle;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Oracle;

/// <summary>The stand-in for Oracle, and what the connector reads from it.</summary>
internal sealed class OracleBench : IAsyncDisposable
{
    private readonly SandboxServer _sandbox;
    private readonly HttpClient _control;

    private OracleBench(SandboxServer sandbox)
    {
        _sandbox = sandbox;
        _control = new() { BaseAddress = sandbox.Control };
        Vendor = new() { BaseAddress = sandbox.Vendors["oracle"] };
        Vendor.DefaultRequestHeaders.Authorization = new("Bearer", "tidemark");
    }

    /// <summary>The vendor's own port, with good credentials.</summary>
    public HttpClient Vendor { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<OracleBench> StartAsync(int size = 150) =>
        new(await SandboxServer.StartAsync(new SandboxOptions { Size = size, Port = 0 }, Stop));

    /// <summary>A source with these settings besides the usual ones.</summary>
    public ISource Open(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["base_url"] = _sandbox.Vendors["oracle"].ToString(),
            ["token"] = "tidemark",
            ["allow_private_network"] = "true",
            ["page_size"] = "30",
            ["retries"] = "2",
        };
        foreach (var (name, value) in settings) all[name] = value;
        var problems = new List<Problem>();
        var bound = SettingsBinder.Bind(new OracleConnector().Spec, all, "source", problems);
        problems.ShouldBeEmpty();
        return new OracleConnector().OpenSource(bound, TimeProvider.System);
    }

    /// <summary>Everything that a reading gives, by the public number: the last record of each.</summary>
    public async Task<(SortedDictionary<string, JsonNode> Records, Cursor End)> ReadAsync(
        ISource source, string stream, Cursor? from = null, bool isFull = true)
    {
        var schema = (await source.DiscoverAsync(Stop)).Single(known => known.Name == stream);
        var records = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        Cursor? end = null;
        await foreach (var page in source.ReadAsync(new ReadRequest(schema, from) { IsFull = isFull }, Stop))
        {
            using (page)
            {
                foreach (var record in page.Records)
                {
                    var json = JsonNode.Parse(page.Bytes.Span.Slice(record.Start, record.Length))!;
                    records[NumberOf(stream, json)] = json;
                }

                end = page.After;
            }
        }

        return (records, end!);
    }

    public async Task<SortedDictionary<string, JsonNode>> TruthAsync(string stream)
    {
        var truth = (await _control.GetFromJsonAsync<JsonNode>($"/truth/oracle/{stream}?full=true", Stop))!;
        var byNumber = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var record in truth["records"]!.AsArray()) byNumber[NumberOf(stream, record!)] = record!;
        return byNumber;
    }

    public async Task<JsonNode> TellAsync(string path, object body)
    {
        using var answer = await _control.PostAsJsonAsync(path, body, JsonSerializerOptions.Default, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public Task<JsonNode> MutateAsync(string stream, object mutation) =>
        TellAsync($"/mutate/oracle/{stream}", mutation);

    public Task SetAsync(object setting) => TellAsync("/settings/oracle", setting);

    public Task FaultAsync(object fault) => TellAsync("/faults/oracle", fault);

    public async Task<JsonNode> RequestsAsync() =>
        (await _control.GetFromJsonAsync<JsonNode>("/requests/oracle", Stop))!;

    /// <summary>Asks the vendor itself.</summary>
    public async Task<(int Status, string? Media, string Text)> AskAsync(
        string pathAndQuery, int framework = 4, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/crmRestApi/resources/latest/{pathAndQuery}");
        request.Headers.Add("REST-Framework-Version", $"{framework}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await Vendor.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, text);
    }

    /// <summary>A collection as the vendor answers it.</summary>
    public async Task<JsonElement> ListAsync(string pathAndQuery, int framework = 4)
    {
        var (status, _, text) = await AskAsync(pathAndQuery, framework);
        status.ShouldBe(200, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        Vendor.Dispose();
        await _sandbox.DisposeAsync();
    }

    private static string NumberOf(string stream, JsonNode record) => record[stream switch
    {
        "opportunities" => "OptyNumber",
        "leads" => "LeadNumber",
        "activities" => "ActivityNumber",
        _ => "PartyNumber",
    }]!.GetValue<string>();
}
