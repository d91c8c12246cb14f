using System.Text.Json.Nodes;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Close;

public sealed class ClosePromises : ConnectorPromises
{
    // Not read: they never stand still, or are streams of their own.
    private static readonly string[] LeftOut = ["__object_type", "localtime"];

    protected override string Vendor => "close";

    protected override IReadOnlyList<string> Streams =>
    [
        "leads", "contacts", "opportunities", "activities", "tasks", "users", "custom_fields", "pipelines",
        "lead_statuses", "opportunity_statuses",
    ];

    protected override IReadOnlyList<string> Counted => ["leads", "contacts", "opportunities"];

    protected override string Main => "leads";

    protected override IReadOnlyDictionary<string, object?> Change =>
        new Dictionary<string, object?> { ["description"] = "changed", ["url"] = null };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["date_created"] = time, ["date_updated"] = time };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) => new Dictionary<string, string>
    {
        ["api_key"] = "api_tidemark",
        ["base_url"] = address.ToString(),
        ["allow_private_network"] = "true",
        ["requests_per_second"] = "0",
        ["page_size"] = "50",
        ["search_page_size"] = "50",
        ["retries"] = "3",
    };

    protected override bool IsSame(string stream, JsonNode row, JsonNode truth) =>
        JsonNode.DeepEquals(Compared(row), Compared(truth));

    private static JsonObject Compared(JsonNode record)
    {
        var compared = record.DeepClone().AsObject();
        foreach (var name in LeftOut) compared.Remove(name);
        return compared;
    }
}
