using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

/// <summary>The line items of all orders as a client has them that takes each for a record: with what is the order's.</summary>
internal sealed class LineItemRecords(SquareWorld world, OrderRecords orders) : SeededRecords(world.LineIds, world.LineItems)
{
    public static string IdOf(string order, string uid) => $"{order}:{uid}";

    public override string IdOf(long index) =>
        IdOf(world.OrderIds.Text(world.LinesOf.ParentOf(index)), world.LineIds.Text(index));

    public override bool TryIndex(string id, out long index) =>
        world.LineIds.TryIndex(id.Split(':')[^1], out index) && IdOf(index) == id;

    public override void WriteId(JsonBuffer json, long index) => json.Text(IdOf(index));

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var order = world.LinesOf.ParentOf(index);
        using var whole = new JsonBuffer(4096);
        orders.Write(whole, order, world.Orders.CreatedAt(order), form);
        var parent = JsonNode.Parse(whole.Written.Span)!.AsObject();
        json.Raw(Take(parent, parent["line_items"]![(int)(index - world.LinesOf.Before(order))]!.AsObject()));
    }

    /// <summary>A line item of an order as a record of its own.</summary>
    public static byte[] Take(JsonObject order, JsonObject line)
    {
        var record = line.DeepClone().AsObject();
        record["order_id"] = order["id"]?.DeepClone();
        record["location_id"] = order["location_id"]?.DeepClone();
        record["order_created_at"] = order["created_at"]?.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options);
    }
}
