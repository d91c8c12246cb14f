using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class ProductRecords(StripeWorld world)
    : StripeRecords("product", world, world.ProductIds, world.Products)
{
    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "active" => Active(value, IsActive),
        "ids" => WhereIds(value.Split(',')),
        "shippable" => Same("shippable", value, null),
        "url" => Same("url", value, null),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose.Product, index);
        var name = NameOf(World, index);
        json.Add($$"""{"id":{{IdAt(index)}},"object":"product","active":{{IsActive(index)}},"created":{{created}}""");
        json.Add($$""","default_price":{{new RecordId(World.PriceIds, index * 2)}},"description":""");
        json.Add($$"""{{(draws.Percent(80) ? $"{name} – für alle, for everyone" : null)}},"images":[]""");
        json.Raw(""","livemode":false"""u8);
        json.Add($$""","marketing_features":[{"name":{{draws.From(Phrases.Tiers)}}}],"metadata":{"line":""");
        json.Add($$"""{{draws.From(Phrases.Segments)}}},"name":{{name}},"package_dimensions":null,"shippable":null""");
        json.Raw(""","statement_descriptor":null,"tax_code":"txcd_10103001","tax_details":null,"type":"service","unit_label":"""u8);
        json.Add($$"""{{(draws.Percent(30) ? "seat" : null)}},"updated":{{created}},"url":null}""");
    }

    public static string NameOf(StripeWorld world, long index)
    {
        var draws = world.Draw(Purpose.Product, index);
        return $"{draws.From(Phrases.Goods)} {draws.From(Phrases.Tiers)}";
    }

    private RecordFilter WhereIds(string[] wanted) =>
        new("id", index => wanted.Contains(Ids.Text(index)), text => wanted.Contains(text));

    private bool IsActive(long index) => World.Draw(Purpose.State, index).Next() % 8 != 0;
}
