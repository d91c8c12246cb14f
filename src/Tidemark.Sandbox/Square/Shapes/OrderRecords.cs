using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

internal sealed class OrderRecords(SquareWorld world) : SeededRecords(world.OrderIds, world.Orders)
{
    /// <summary>Milliseconds between a sale's beginning and its end.</summary>
    private const long Duration = 5 * 60_000;

    public string StateOf(long index)
    {
        var draws = world.Draw(Series.Order, index);
        return draws.Below(20) switch { 0 => "CANCELED", 1 or 2 => "OPEN", _ => "COMPLETED" };
    }

    public long LocationOf(long index)
    {
        var draws = world.Draw(Series.Order, ~index);
        return draws.Below(SquareWorld.LocationCount);
    }

    /// <summary>A seeded order's time in milliseconds since 1970; null for the closing time of an open one.</summary>
    public long? Time(long index, string field)
    {
        var created = SquareTime.Milliseconds(Timeline.CreatedAt(index));
        return field == "created_at" ? created
            : StateOf(index) != "OPEN" ? created + Duration
            : field == "closed_at" ? null : created;
    }

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = world.Draw(Series.Order, index);
        var state = StateOf(index);
        var start = SquareTime.Milliseconds(created);
        var end = state == "OPEN" ? start : start + Duration;
        var currency = SquareWorld.CurrencyOf(LocationOf(index));
        json.Add($$"""{"id":{{new RecordId(Ids, index)}},"location_id":{{new RecordId(world.LocationIds, LocationOf(index))}}""");
        json.Add($$""","state":{{state}},"version":{{(state == "OPEN" ? 1 : 2)}},"source":{"name":"Point of Sale"}""");
        if (draws.Percent(40)) json.Add($$""","customer_id":{{new RecordId(world.CustomerIds, draws.Below(1000))}}""");
        var total = WriteLines(json, index, currency);
        json.Add($$""","net_amounts":{"total_money":{"currency":{{currency}},"amount":{{total}}""");
        json.Raw("}}"u8);
        WriteMoney(json, "total_money", total, currency);
        WriteMoney(json, "total_tax_money", 0, currency);
        WriteMoney(json, "total_discount_money", 0, currency);
        WriteMoney(json, "total_tip_money", draws.Percent(30) ? 150 : 0, currency);
        WriteMoney(json, "total_service_charge_money", 0, currency);
        json.Add($$""","created_at":{{SquareTime.Text(start)}},"updated_at":{{SquareTime.Text(end)}}""");
        if (state != "OPEN") json.Add($$""","closed_at":{{SquareTime.Text(end)}}""");
        json.Raw("}"u8);
    }

    private long WriteLines(JsonBuffer json, long index, string currency)
    {
        var (first, count, total) = (world.LinesOf.Before(index), world.LinesOf.Of(index), 0L);
        for (var at = 0; at < count; at++)
        {
            json.Raw(at == 0 ? ",\"line_items\":["u8 : ","u8);
            var draws = world.Draw(Series.Line, first + at);
            var (price, quantity) = (draws.Between(50, 9_000), draws.Between(1, 5));
            total += price * quantity;
            json.Add($$"""{"uid":{{new RecordId(world.LineIds, first + at)}},"quantity":"{{quantity}}","catalog_object_id":""");
            json.Add($$"""{{new RecordId(world.VariationIds, draws.Below(world.Variations.Count))}}""");
            json.Add($$""","name":"Line {{at + 1}}","item_type":{{"ITEM"}}""");
            json.Add($$""","base_price_money":{"amount":{{price}},"currency":{{currency}}}""");
            WriteMoney(json, "gross_sales_money", price * quantity, currency);
            WriteMoney(json, "total_money", price * quantity, currency);
            json.Raw("}"u8);
        }

        if (count > 0) json.Raw("]"u8);
        return total;
    }

    private static void WriteMoney(JsonBuffer json, string name, long amount, string currency) =>
        json.Add($$""","{{name:raw}}":{"amount":{{amount}},"currency":{{currency}}}""");
}
