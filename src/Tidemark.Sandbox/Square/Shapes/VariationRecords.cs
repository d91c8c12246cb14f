using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

internal sealed class VariationRecords(SquareWorld world)
    : CatalogRecords("ITEM_VARIATION", world, world.VariationIds, world.Variations)
{
    /// <summary>The item of a variation; one that is made later belongs to some item that is there.</summary>
    public long ItemOf(long index) =>
        index < Timeline.Count ? World.VariationsOf.ParentOf(index) : index % World.Items.Count;

    protected override void WriteData(JsonBuffer json, long index)
    {
        var draws = World.Draw(Series.Variation, index);
        json.Add($$"""{"item_id":{{new RecordId(World.ItemIds, ItemOf(index))}},"name":{{draws.From(Phrases.Tiers)}}""");
        json.Add($$""","sku":"SKU-{{index}}","ordinal":{{index % 3}},"pricing_type":""");
        if (draws.Percent(5)) json.Raw("\"VARIABLE_PRICING\""u8);
        else
        {
            json.Add($$"""{{"FIXED_PRICING"}},"price_money":{"amount":{{draws.Between(50, 250_000)}},"currency":{{SquareWorld.CurrencyOf(0)}}}""");
        }

        json.Add($$""","track_inventory":true,"sellable":true,"stockable":true""");
        if (draws.Percent(20)) json.Add($$""","inventory_alert_type":"LOW_QUANTITY","inventory_alert_threshold":{{draws.Between(1, 20)}}""");
        json.Raw("}"u8);
    }
}
