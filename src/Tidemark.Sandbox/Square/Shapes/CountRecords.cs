using System.Globalization;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

/// <summary>Counts of variations at locations. They have no id of their own: variation, location and state are it.</summary>
internal sealed class CountRecords(SquareWorld world) : SeededRecords(world.CountIds, world.Counts)
{
    private const char Part = ':';

    public static string IdOf(string variation, string location, string state) => $"{variation}{Part}{location}{Part}{state}";

    public static long VariationOf(long index) => index / SquareWorld.CountsOfVariation;

    public static long LocationOf(long index)
    {
        var place = index % SquareWorld.CountsOfVariation;
        return (VariationOf(index) + (place == SquareWorld.CountsOfVariation - 1 ? 0 : place)) % SquareWorld.LocationCount;
    }

    public override string IdOf(long index) =>
        IdOf(world.VariationIds.Text(VariationOf(index)), world.LocationIds.Text(LocationOf(index)), StateOf(index));

    public override bool TryIndex(string id, out long index)
    {
        index = -1;
        if (!world.VariationIds.TryIndex(id.Split(Part)[0], out var variation)) return false;
        for (var place = 0; place < SquareWorld.CountsOfVariation; place++)
        {
            index = variation * SquareWorld.CountsOfVariation + place;
            if (IdOf(index) == id) return true;
        }

        return false;
    }

    public override void WriteId(JsonBuffer json, long index) => json.Text(IdOf(index));

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        json.Add($$"""{"catalog_object_id":{{new RecordId(world.VariationIds, VariationOf(index))}}""");
        json.Add($$""","catalog_object_type":"ITEM_VARIATION","state":{{StateOf(index)}}""");
        json.Add($$""","location_id":{{new RecordId(world.LocationIds, LocationOf(index))}}""");
        json.Add($$""","quantity":{{Quantity(index)}},"calculated_at":{{SquareTime.Seeded(created)}}}""");
    }

    /// <summary>A decimal as text, with up to five places; some are zero and some below.</summary>
    public string Quantity(long index)
    {
        var draws = world.Draw(Series.Count, index);
        return draws.Below(10) switch
        {
            0 => "0",
            1 => string.Create(CultureInfo.InvariantCulture, $"{draws.Between(0, 99)}.{draws.Between(10_000, 99_999)}"),
            2 => "-1",
            _ => draws.Between(1, 400).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string StateOf(long index) =>
        index % SquareWorld.CountsOfVariation == SquareWorld.CountsOfVariation - 1 ? "RESERVED_FOR_SALE" : "IN_STOCK";
}
