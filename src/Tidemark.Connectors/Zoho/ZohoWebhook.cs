using Tidemark.Engine.Connectors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Calls of Zoho: a notification repeats the token that its channel was made with; the webhook of a workflow shows it in a header.
/// Neither is signed.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html.</remarks>
internal static class ZohoWebhook
{
    public static WebhookNews Hear(WebhookCall call, Secret secret, ZohoOptions options)
    {
        if (call.Header(WebhookProof.TokenHeader) is not null) return WebhookProof.Token(call, secret);
        if (!WebhookProof.IsSame(WebhookProof.Text(call, "token"), secret.Reveal())) throw WebhookProof.Refused("The notification's token is not that of this source.");
        var module = WebhookProof.Text(call, "module");
        return new($"{module}.{WebhookProof.Text(call, "operation")}", [.. options.Modules.Where(name => name == module).Select(ColumnNames.SnakeCase)]);
    }
}
