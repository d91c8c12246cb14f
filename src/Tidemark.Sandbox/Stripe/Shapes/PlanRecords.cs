using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class PlanRecords(StripeWorld world) : StripeRecords("plan", world, world.PriceIds, world.Plans)
{
    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "active" => Active(value, index => Tariff.Active(World, index)),
        "product" => new("product", index => World.ProductIds.Text(index / 2) == value, text => text == value),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form) =>
        Write(json, World, index, created);

    public static void Write(JsonBuffer json, StripeWorld world, long index, long created)
    {
        var plan = Tariff.Of(world, index);
        json.Add($$"""{"id":{{new RecordId(world.PriceIds, index)}},"object":"plan","active":{{plan.IsActive}}""");
        json.Add($$""","amount":{{plan.Amount}},"amount_decimal":{{plan.AmountDecimal}},"billing_scheme":""");
        json.Add($$"""{{(plan.IsTiered ? "tiered" : "per_unit")}},"created":{{created}}""");
        json.Add($$""","currency":{{plan.Currency}}""");
        json.Add($$""","interval":{{plan.Interval}},"interval_count":1,"livemode":false,"metadata":{},"meter":null""");
        json.Add($$""","nickname":{{plan.Nickname}},"product":{{new RecordId(world.ProductIds, index / 2)}}""");
        json.Add($$""","tiers_mode":{{(plan.IsTiered ? "graduated" : null)}},"transform_usage":null""");
        json.Add($$""","trial_period_days":{{plan.TrialDays}},"usage_type":""");
        json.Raw(plan.IsMetered ? "\"metered\"}"u8 : "\"licensed\"}"u8);
    }
}
