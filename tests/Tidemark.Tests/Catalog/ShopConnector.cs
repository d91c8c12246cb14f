using System.ComponentModel.DataAnnotations;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;

namespace Tidemark.Tests.Catalog;

/// <summary>A source connector that has settings and nothing behind them.</summary>
internal sealed class ShopConnector : IWebhookConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<ShopOptions>("shop", "Shop", ConnectorRoles.Source);

    public ISource OpenSource(BoundSettings settings, TimeProvider clock) => new ScriptedSource(Stream("orders"), Stream("customers"));

    public WebhookNews Hear(WebhookCall call, Secret secret, BoundSettings settings, DateTimeOffset now)
    {
        WebhookProof.Token(call, secret);
        return new("changed", WebhookProof.Text(call, "streams")?.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    private static StreamSchema Stream(string name) => new(name, [new Field("id", FieldType.Text)]);

    internal sealed class ShopOptions
    {
        [Required] public Secret ApiKey { get; set; } = new("");

        public string Region { get; set; } = "eu";

        [Range(1, 100)] public int PageSize { get; set; } = 100;

        public IReadOnlyList<string> Tags { get; set; } = [];

        public Secret? WebhookSecret { get; set; }
    }
}

/// <summary>A destination connector that has settings and nothing behind them.</summary>
internal sealed class ShelfConnector : IDestinationConnector
{
    public ConnectorSpec Spec { get; } = ConnectorSpec.Of<ShelfOptions>("shelf", "Shelf", ConnectorRoles.Destination);

    public IDestination OpenDestination(BoundSettings settings, TimeProvider clock) => throw new NotSupportedException();

    internal sealed class ShelfOptions
    {
        [Required] public Secret Url { get; set; } = new("");

        public string Schema { get; set; } = "public";
    }
}
