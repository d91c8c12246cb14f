using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Shapes;

/// <summary>Orders; one in ten has more lines than a page of them shows.</summary>
internal sealed class OrderRecords(GraphQLWorld world)
    : GraphQLRecords("Order", world, world.OrderIds, world.Orders)
{
    private const int Purpose = 3030;

    private static readonly string[] States = ["OPEN", "PAID", "PAID", "SHIPPED", "CANCELED"];

    public override string FragileField => "total";

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose, index);
        var place = draws.From(Places.All);
        var count = draws.Percent(10) ? draws.Between(11, 45) : draws.Between(0, 5);
        json.Add($$"""{"id":{{new RecordId(Ids, index)}},"number":{{100_000 + index}}""");
        json.Add($$""","status":{{draws.From(States)}},"total":{{Money(draws.Between(100, 5_000_000))}},"currency":""");
        json.Text(place.Currency.ToUpperInvariant());
        json.Add($$""","placedOn":{{Day(created)}},"createdAt":{{Time(created)}},"updatedAt":{{Time(created)}}""");
        var customer = new RecordId(World.CustomerIds, World.CustomerOf(index));
        json.Add($$""","customer":{"id":{{customer}},"locale":{{place.Locale}}}""");
        json.Raw(",\"lineItems\":["u8);
        for (var line = 0; line < count; line++)
        {
            if (line > 0) json.Raw(","u8);
            json.Add($$"""{"id":"{{Ids.Text(index):raw}}-{{line + 1}}","sku":""");
            json.Text($"SKU-{draws.Between(1000, 9999)}");
            json.Raw(",\"title\":"u8);
            json.Text($"{draws.From(Phrases.Goods)} {draws.From(Phrases.Tiers)}");
            json.Add($$""","quantity":{{draws.Between(1, 9)}},"price":{{Money(draws.Between(50, 90_000))}}}""");
        }

        json.Raw("]}"u8);
    }
}
