using System.Text.Json.Nodes;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Puts whole objects in the place of their ids.</summary>
/// <remarks>https://docs.stripe.com/api/expanding_objects.</remarks>
internal sealed class StripeExpansion
{
    /// <summary>The list that holds what a property refers to.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["customer"] = "customers",
        ["subscription"] = "subscriptions",
        ["invoice"] = "invoices",
        ["latest_invoice"] = "invoices",
        ["charge"] = "charges",
        ["product"] = "products",
        ["price"] = "prices",
        ["default_price"] = "prices",
        ["plan"] = "plans",
    };

    /// <summary>Lists that are sent only where they are asked for, and are empty here.</summary>
    private static readonly string[] EmptyLists = ["payments", "sources", "subscriptions", "tax_ids"];

    // Filled once all lists are made, which expand each other.
    public IReadOnlyDictionary<string, StripeList> Lists { get; set; } = new Dictionary<string, StripeList>();

    /// <exception cref="StripeProblem">400: a property of the path cannot be expanded.</exception>
    public void Expand(JsonObject record, string[] path) => Expand(record, path, string.Join('.', path));

    private void Expand(JsonNode? at, ReadOnlySpan<string> path, string whole)
    {
        if (at is JsonArray items)
        {
            foreach (var item in items) Expand(item, path, whole);
            return;
        }

        if (path.IsEmpty || at is not JsonObject record) return;
        var name = path[0];
        if (!record.ContainsKey(name)) record[name] = Missing(record, name) ?? throw StripeProblem.CannotExpand(whole);
        if (record[name] is JsonValue value && value.TryGetValue<string>(out var id))
            record[name] = Whole(record, name, id) ?? throw StripeProblem.CannotExpand(whole);
        Expand(record[name], path[1..], whole);
    }

    private static JsonNode? Missing(JsonObject record, string name) => EmptyLists.Contains(name)
        ? new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray(),
            ["has_more"] = false,
            ["url"] = $"/v1/{record["object"]}s/{record["id"]}/{name}",
        }
        : name == "tiers" ? new JsonArray() : null;

    private JsonObject? Whole(JsonObject record, string name, string id) => Kinds.TryGetValue(name, out var kind)
        ? Lists[kind].Find(id) ?? new() { ["id"] = id, ["object"] = kind.TrimEnd('s'), ["deleted"] = true }
        : name switch
        {
            "payment_intent" => Payments.Intent(record, id),
            "payment_method" or "default_payment_method" => Payments.Method(record, id),
            "balance_transaction" => Payments.Transaction(record, id),
            _ => null,
        };
}
