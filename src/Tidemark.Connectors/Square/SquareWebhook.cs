using System.Text;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Square;

/// <summary>Calls of Square: signed over the address that Square was given and the body.</summary>
/// <remarks>https://developer.squareup.com/docs/webhooks/step3validate.</remarks>
internal static class SquareWebhook
{
    public static WebhookNews Hear(WebhookCall call, Secret secret, SquareOptions options)
    {
        // Behind a proxy the address that arrives is another than the one that Square was given.
        var address = options.WebhookUrl?.OriginalString ?? call.Address.AbsoluteUri;
        var expected = Convert.ToBase64String(WebhookProof.Sign(Encoding.UTF8.GetBytes(secret.Reveal()), Encoding.UTF8.GetBytes(address), call.Body));
        if (!WebhookProof.IsSame(call.Header("x-square-hmacsha256-signature"), expected))
            throw WebhookProof.Refused($"x-square-hmacsha256-signature is not that of this source's secret and the address {address}.");
        var type = WebhookProof.Text(call, "type");
        return new(type, Streams(type ?? "", options));
    }

    private static IReadOnlyList<string> Streams(string type, SquareOptions options) => type.Split('.')[0] switch
    {
        "location" => [SquareSchemas.Locations.Name],
        "inventory" => [SquareSchemas.Inventory.Name],
        "order" => [SquareSchemas.Orders.Name, SquareSchemas.LineItems.Name],
        "catalog" =>
        [
            .. SquareStreams.All(options).Select(stream => stream.Schema.Name)
                .Where(name => name.StartsWith("catalog_", StringComparison.Ordinal) && name != SquareSchemas.Inventory.Name),
        ],
        _ => [],
    };
}
