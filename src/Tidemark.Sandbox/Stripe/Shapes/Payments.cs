using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>What stands behind a charge and is no list here: shown only where it is expanded.</summary>
internal static class Payments
{
    public static JsonObject Intent(JsonObject charge, string id) => new()
    {
        ["id"] = id,
        ["object"] = "payment_intent",
        ["amount"] = Copy(charge, "amount"),
        ["amount_capturable"] = 0,
        ["amount_received"] = Copy(charge, "amount_captured"),
        ["capture_method"] = "automatic",
        ["confirmation_method"] = "automatic",
        ["created"] = Copy(charge, "created"),
        ["currency"] = Copy(charge, "currency"),
        ["customer"] = charge["customer"] is JsonValue customer ? customer.DeepClone() : Copy(charge["customer"]?.AsObject(), "id"),
        ["description"] = Copy(charge, "description"),
        ["latest_charge"] = Copy(charge, "id"),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["payment_method"] = charge["payment_method"] is JsonValue method ? method.DeepClone() : Copy(charge["payment_method"]?.AsObject(), "id"),
        ["payment_method_types"] = new JsonArray("card"),
        ["status"] = charge["status"]?.ToString() == "succeeded" ? "succeeded" : "requires_payment_method",
    };

    public static JsonObject Method(JsonObject of, string id) => new()
    {
        ["id"] = id,
        ["object"] = "payment_method",
        ["allow_redisplay"] = "unspecified",
        ["billing_details"] = of["billing_details"]?.DeepClone() ?? new JsonObject(),
        ["card"] = of["payment_method_details"]?["card"]?.DeepClone(),
        ["created"] = Copy(of, "created"),
        ["customer"] = of["customer"] is JsonValue customer ? customer.DeepClone() : Copy(of["customer"]?.AsObject(), "id"),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["type"] = "card",
    };

    public static JsonObject Transaction(JsonObject charge, string id)
    {
        var amount = charge["amount"]?.GetValue<long>() ?? 0;
        var fee = (amount * 29 / 1000) + 30;
        return new()
        {
            ["id"] = id,
            ["object"] = "balance_transaction",
            ["amount"] = amount,
            ["available_on"] = Copy(charge, "created"),
            ["balance_type"] = "payments",
            ["created"] = Copy(charge, "created"),
            ["currency"] = Copy(charge, "currency"),
            ["description"] = Copy(charge, "description"),
            ["exchange_rate"] = null,
            ["fee"] = fee,
            ["fee_details"] = new JsonArray(),
            ["net"] = amount - fee,
            ["reporting_category"] = "charge",
            ["source"] = Copy(charge, "id"),
            ["status"] = "available",
            ["type"] = "charge",
        };
    }

    private static JsonNode? Copy(JsonObject? from, string name) => from?[name]?.DeepClone();
}
