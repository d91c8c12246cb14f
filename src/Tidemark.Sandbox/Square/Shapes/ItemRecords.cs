using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

/// <summary>Items show their variations, as these are at the moment.</summary>
internal sealed class ItemRecords(SquareWorld world) : CatalogRecords("ITEM", world, world.ItemIds, world.Items)
{
    private const string List = "variations";

    /// <summary>Gives the variations of an item by its id. Set once the variations exist.</summary>
    public Func<string, IReadOnlyList<RecordEntry>> VariationsOf { get; set; } = _ => [];

    /// <summary>Writes one variation.</summary>
    public Action<JsonBuffer, RecordEntry> WriteVariation { get; set; } = (_, _) => { };

    public override void WriteChanged(JsonBuffer json, ReadOnlySpan<byte> complete, Form form)
    {
        var item = JsonNode.Parse(complete)!.AsObject();
        if (item[Data] is JsonObject data)
        {
            using var variations = new JsonBuffer(4096);
            WriteVariations(variations, item["id"]!.ToString());
            data[List] = JsonNode.Parse(variations.Written.Span);
        }

        json.Raw(JsonSerializer.SerializeToUtf8Bytes(item, JsonText.Options));
    }

    protected override void WriteData(JsonBuffer json, long index)
    {
        var draws = World.Draw(Series.Item, index);
        var category = new RecordId(World.CategoryIds, draws.Below(World.Categories.Count));
        json.Add($$"""{"name":"{{draws.From(Phrases.Goods):raw}} {{draws.From(Phrases.Tiers):raw}} {{index}}","description":""");
        json.Add($$"""{{draws.From(Phrases.Notes)}},"is_taxable":true,"tax_ids":[{{new RecordId(World.TaxIds, draws.Below(World.Taxes.Count))}}]""");
        json.Add($$""","product_type":"REGULAR","skip_modifier_screen":{{draws.Percent(20)}},"categories":[{"id":{{category}},"ordinal":0}]""");
        json.Add($$""","reporting_category":{"id":{{category}},"ordinal":0},"is_archived":{{draws.Percent(5)}},"variations":""");
        WriteVariations(json, Ids.Text(index));
        json.Raw("}"u8);
    }

    private void WriteVariations(JsonBuffer json, string item)
    {
        json.Raw("["u8);
        var isFirst = true;
        foreach (var variation in VariationsOf(item))
        {
            if (!isFirst) json.Raw(","u8);
            isFirst = false;
            WriteVariation(json, variation);
        }

        json.Raw("]"u8);
    }
}
