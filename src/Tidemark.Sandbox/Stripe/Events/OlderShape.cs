using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Events;

/// <summary>
/// Renders an object roughly as API versions before 2025 did. What matters is that fields are missing or elsewhere,
/// so that a client that takes the snapshot for the record of today is found out.
/// </summary>
internal static class OlderShape
{
    public static byte[] Of(byte[] current)
    {
        var record = JsonNode.Parse(current)!.AsObject();
        switch (record["object"]?.ToString())
        {
            case "customer":
            case "charge":
                record.Remove("customer_account");
                break;
            case "subscription":
                MovePeriod(record);
                break;
            case "invoice":
                record["subscription"] = record["parent"]?["subscription_details"]?["subscription"]?.DeepClone();
                record.Remove("parent");
                record.Remove("total_taxes");
                record["paid"] = record["status"]?.ToString() == "paid";
                record["tax"] = null;
                break;
            case "product":
                Rename(record, "marketing_features", "features");
                break;
            case "plan":
                Rename(record, "meter", "aggregate_usage");
                break;
        }

        return JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);
    }

    // The period belonged to the subscription; now each item has its own.
    private static void MovePeriod(JsonObject subscription)
    {
        if ((subscription["items"] as JsonObject)?["data"] is not JsonArray items) return;
        foreach (var item in items.OfType<JsonObject>())
        {
            foreach (var field in new[] { "current_period_start", "current_period_end" })
            {
                if (!item.Remove(field, out var value)) continue;
                subscription[field] ??= value;
            }
        }
    }

    private static void Rename(JsonObject record, string current, string older)
    {
        if (record.Remove(current, out var value)) record[older] = value;
    }
}
