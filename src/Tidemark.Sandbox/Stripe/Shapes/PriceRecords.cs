using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>The plans again, in the newer shape and under the same ids.</summary>
internal sealed class PriceRecords(StripeWorld world) : StripeRecords("price", world, world.PriceIds, world.Plans)
{
    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "active" => Active(value, index => Tariff.Active(World, index)),
        "product" => new("product", index => World.ProductIds.Text(index / 2) == value, text => text == value),
        "currency" => new("currency", index => Tariff.CurrencyOf(index) == value, text => text == value),
        "type" => new("type", _ => value == "recurring", text => text == value),
        "lookup_keys" => Same("lookup_key", value, null),
        "recurring[interval]" => new(
            "recurring/interval", index => Tariff.Of(World, index).Interval == value, text => text == value),
        "recurring[usage_type]" => new("recurring/usage_type",
            index => Tariff.Of(World, index).IsMetered == (value == "metered"), text => text == value),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form) =>
        Write(json, World, index, created);

    public static void Write(JsonBuffer json, StripeWorld world, long index, long created)
    {
        var price = Tariff.Of(world, index);
        json.Add($$"""{"id":{{new RecordId(world.PriceIds, index)}},"object":"price","active":{{price.IsActive}}""");
        json.Add($$""","billing_scheme":{{(price.IsTiered ? "tiered" : "per_unit")}},"created":{{created}}""");
        json.Add($$""","currency":{{price.Currency}},"custom_unit_amount":null,"livemode":false,"lookup_key":null""");
        json.Add($$""","metadata":{},"nickname":{{price.Nickname}},"product":""");
        json.Add($$"""{{new RecordId(world.ProductIds, index / 2)}},"recurring":{"interval":{{price.Interval}}""");
        json.Add($$""","interval_count":1,"meter":null,"trial_period_days":{{price.TrialDays}},"usage_type":""");
        json.Add($$"""{{(price.IsMetered ? "metered" : "licensed")}}},"tax_behavior":"unspecified","tiers_mode":""");
        json.Add($$"""{{(price.IsTiered ? "graduated" : null)}},"transform_quantity":null,"type":"recurring",""");
        json.Raw("\"unit_amount\":"u8);
        json.Add($$"""{{price.Amount}},"unit_amount_decimal":{{price.AmountDecimal}}}""");
    }
}
