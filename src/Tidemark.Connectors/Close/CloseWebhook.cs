using System.Text;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Settings;

namespace Tidemark.Connectors.Close;

/// <summary>Calls of Close: signed, with a time, by the subscription's key, which is hexadecimal.</summary>
/// <remarks>https://developer.close.com/topics/webhooks/.</remarks>
internal static class CloseWebhook
{
    public static WebhookNews Hear(WebhookCall call, Secret secret, DateTimeOffset now)
    {
        var time = call.Header("close-sig-timestamp");
        byte[] key;
        try
        {
            key = Convert.FromHexString(secret.Reveal());
        }
        catch (FormatException)
        {
            throw WebhookProof.Refused("The source's webhook_secret is no signature key of Close: it has other letters than 0 to 9 and a to f.");
        }

        var expected = Convert.ToHexStringLower(WebhookProof.Sign(key, Encoding.UTF8.GetBytes(time ?? ""), call.Body));
        if (!WebhookProof.IsSame(call.Header("close-sig-hash"), expected)) throw WebhookProof.Refused("close-sig-hash is not that of this source's key.");
        if (!WebhookProof.IsOfNow(time, now)) throw WebhookProof.Refused("close-sig-timestamp is of another time.");
        var type = WebhookProof.Text(call, "event", "object_type");
        return new($"{type}.{WebhookProof.Text(call, "event", "action")}", Streams(type ?? ""));
    }

    private static IReadOnlyList<string> Streams(string type) => type switch
    {
        // A contact's changes show in its lead.
        "lead" => [CloseSchemas.Leads.Name],
        "contact" => [CloseSchemas.Contacts.Name, CloseSchemas.Leads.Name],
        "opportunity" => [CloseSchemas.Opportunities.Name],
        _ when type.StartsWith("activity.", StringComparison.Ordinal) => [CloseSchemas.Activities.Name],
        _ when type.StartsWith("task.", StringComparison.Ordinal) => [CloseSchemas.Tasks.Name],
        _ when type.StartsWith("custom_fields.", StringComparison.Ordinal) => [CloseSchemas.CustomFields.Name],
        "status.lead" => [CloseSchemas.LeadStatuses.Name],
        "status.opportunity" => [CloseSchemas.OpportunityStatuses.Name],
        "membership" => [CloseSchemas.Users.Name],
        _ => [],
    };
}
