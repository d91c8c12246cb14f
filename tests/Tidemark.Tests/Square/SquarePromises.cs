using System.Text.Json.Nodes;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Square;

/// <summary>Square, held to what every connector promises, with pages small enough that there are many.</summary>
public sealed class SquarePromises : ConnectorPromises
{
    protected override string Vendor => "square";

    protected override int Size => 120;

    protected override IReadOnlyList<string> Streams => SquareBench.Streams;

    protected override string Main => "catalog_items";

    protected override IReadOnlyDictionary<string, object?> Change => new Dictionary<string, object?>
    {
        ["item_data"] = new JsonObject { ["name"] = "changed", ["is_archived"] = true },
    };

    protected override IReadOnlyDictionary<string, object?> At(DateTimeOffset time) =>
        new Dictionary<string, object?> { ["created_at"] = time.UtcDateTime, ["updated_at"] = time.UtcDateTime };

    protected override IReadOnlyDictionary<string, string> Settings(Uri address) => SquareBench.Settings(address);

    protected override string Id(string stream) => SquareBench.Id(stream);
}
