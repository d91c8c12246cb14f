using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Oracle;

public sealed class OraclePromises : ConnectorPromises
{
    protected override string Vendor => "oracle";

    protected override bool TellsOwner => false;

    protected override IReadOnlyList<string> Streams =>
        ["opportunities", "accounts", "contacts", "leads", "activities"];

    protected override IReadOnlyList<string> Counted => Streams;

    protected override string Main => "opportunities";

    protected override bool SeesDeletions => false;

    protected override IReadOnlyDictionary<string, object?> Change =>
        new Dictionary<string, object?> { ["Name"] = "changed", ["Revenue"] = 4200.5 };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["CreationDate"] = time, ["LastUpdateDate"] = time };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) => new Dictionary<string, string>
    {
        ["base_url"] = address.ToString(),
        ["username"] = "tidemark",
        ["password"] = "tidemark",
        ["allow_private_network"] = "true",
        ["page_size"] = "60",
        ["retries"] = "3",
        ["fields"] = "all",
        ["children"] = "ChildRevenue",
    };

    protected override string Id(string stream) => stream switch
    {
        "opportunities" => "opty_number",
        "leads" => "lead_number",
        "activities" => "activity_number",
        _ => "party_number",
    };

    protected override string Written(string id) => $"\"OptyNumber\":\"{id}\"";
}
