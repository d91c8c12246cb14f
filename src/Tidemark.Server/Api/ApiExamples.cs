using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Examples in the OpenAPI document: what the operations take, and what they answer with.</summary>
internal static class ApiExamples
{
    /// <summary>An example of each record, as JSON.</summary>
    public static IReadOnlyDictionary<Type, string> Records { get; } = new Dictionary<Type, string>
    {
        [typeof(StartRun)] = """{"pipeline":"payments","mode":"replace","streams":["customers"],"dry_run":true}""",
        [typeof(PlanFileAnswer)] = """
            {"pipeline":"payments","mode":"merge","made_at":"2026-11-22T10:15:30Z",
             "plan":[{"stream":"customers","table":"shop_customers","adds":1,"updates":0,"deletes":0,"unchanged":2,"quarantined":0,"digest":"0a1b2c3d4e5f6071","samples":[]}]}
            """,
        [typeof(StartBackfill)] = """{"pipeline":"payments","from":"2026-01-01T00:00:00Z","to":"2026-04-01T00:00:00Z","window":"30d","streams":["charges"]}""",
        [typeof(RetriedRuns)] = """{"runs":["r-20261122-101530-0a1b2c"],"all_streams":false}""",
        [typeof(SettledByNote)] = """{"runs":["r-20261122-101530-0a1b2c"],"note":"The vendor was down for a day."}""",
        [typeof(ChosenRecords)] = """{"ids":[12,13]}""",
        [typeof(RetriedRecords)] = """{"pipeline":"payments"}""",
        [typeof(NewToken)] = """{"name":"nightly","role":"operator","pipelines":["payments"],"expires_at":"2027-01-01T00:00:00Z"}""",
        [typeof(InvitedUser)] = """{"email":"anna@example.com","role":"operator","pipelines":["payments"]}""",
        [typeof(ChangedUser)] = """{"role":"viewer"}""",
        [typeof(NewPassword)] = """{"current":"correct horse battery","new":"staple correct horse"}""",
        [typeof(RunAnswer)] = """
            {"run":"r-20261122-101530-0a1b2c","pipeline":"payments","kind":"sync","mode":"merge","status":"succeeded","trigger":"schedule",
             "started_at":"2026-11-22T10:15:30Z","finished_at":"2026-11-22T10:15:34Z","source":"shop","destination":"warehouse",
             "streams":[{"stream":"customers","table":"shop_customers","read":3,"created":1,"updated":1,"unchanged":1,"skipped":0,"quarantined":0,"deleted":0,"written_back":0,"seconds":1.5,
              "receipt":{"verified":true,"expected":{"rows":3,"low":1,"high":2},"found":{"rows":3,"low":1,"high":2}}}],
             "receipt":{"verified":true},"seconds":4.1,"state":"The tables hold what was read; the values were read back and compared."}
            """,
        [typeof(InboxAnswer)] = """
            {"run":"r-20261122-101530-0a1b2c","pipeline":"payments","failed_at":"2026-11-22T10:15:34Z","open":true,
             "parts":[{"stream":"customers","code":"stripe.unavailable","message":"GET /v1/customers was answered with 503.","transient":true}]}
            """,
        [typeof(ProblemDocument)] = """
            {"type":"urn:tidemark:problem:pipeline.unknown","title":"Not there","status":404,"code":"pipeline.unknown","detail":"There is no pipeline paymnets.","hint":"Did you mean payments?"}
            """,
    };

    /// <summary>An example of what is put at an address, by the address.</summary>
    public static IReadOnlyDictionary<string, string> Definitions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["api/v1/sources/{name}"] = """{"connector":"stripe","settings":{"api_key":"rk_live_…"}}""",
        ["api/v1/destinations/{name}"] = """{"connector":"postgres","settings":{"url":"postgres://user:password@host:5432/database","schema":"public"}}""",
        ["api/v1/pipelines/{name}"] = """{"source":"shop","destination":"warehouse","streams":["customers","charges"],"schedules":[{"cron":"30 2 * * *","time_zone":"Europe/Berlin"}]}""",
        ["api/v1/channels/{name}"] = """{"connector":"slack","settings":{"url":"https://hooks.slack.com/services/…"}}""",
        ["api/v1/alerts/{name}"] = """{"events":["failed","parked","late"],"channels":["ops"]}""",
    };

    /// <summary>An example of what is changed at an address, by the address.</summary>
    public static IReadOnlyDictionary<string, string> Changes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["api/v1/sources/{name}"] = """{"active":false,"settings":{"requests_per_second":"10","page_size":null}}""",
        ["api/v1/destinations/{name}"] = """{"settings":{"schema":"public"}}""",
        ["api/v1/pipelines/{name}"] = """{"mode":"replace","streams":["customers","charges"],"deadline":null}""",
        ["api/v1/channels/{name}"] = """{"settings":{"url":"https://hooks.slack.com/services/…"}}""",
        ["api/v1/alerts/{name}"] = """{"delay":"30min","channels":["ops"]}""",
    };

    public static void Describe(OpenApiOptions options)
    {
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonPropertyInfo is null && Records.TryGetValue(context.JsonTypeInfo.Type, out var example)) schema.Examples = [JsonNode.Parse(example)!];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (ExamplesOf(context.Description.HttpMethod).TryGetValue(context.Description.RelativePath ?? "", out var example) && operation.RequestBody?.Content is { } content)
            {
                foreach (var body in content.Values) body.Example = JsonNode.Parse(example);
            }

            return Task.CompletedTask;
        });
    }

    private static IReadOnlyDictionary<string, string> ExamplesOf(string? method) => method switch
    {
        "PUT" => Definitions,
        "PATCH" => Changes,
        _ => new Dictionary<string, string>(),
    };
}
