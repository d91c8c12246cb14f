using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoPromises : ConnectorPromises
{
    // https://www.zoho.com/crm/developer/docs/api/v8/get-records.html: 204, no content, where nothing matches.
    protected override bool NoBodyMeansNoRecords => true;

    protected override string Vendor => "zoho";

    protected override int Size => 450;

    protected override IReadOnlyList<string> Streams => ["leads", "contacts", "accounts", "deals"];

    protected override IReadOnlyList<string> Counted => Streams;

    protected override string Main => "leads";

    protected override IReadOnlyDictionary<string, object?> Change =>
        new Dictionary<string, object?> { ["Description"] = "changed", ["Annual_Revenue"] = 4200.5 };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["Modified_Time"] = time };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) => ZohoBench.Settings(address);
}
