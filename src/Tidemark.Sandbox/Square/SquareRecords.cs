using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>All records of a seller, kind by kind, and how one kind shows another.</summary>
internal sealed class SquareRecords
{
    private readonly Dictionary<CatalogRecords, RecordStream> _catalog;

    public SquareRecords(SquareWorld world)
    {
        World = world;
        Variations = new(world);
        Items = new(world) { VariationsOf = VariationsOf, WriteVariation = (json, entry) => VariationStream!.Write(json, entry, Form.Complete) };
        Counts = new(world);
        Orders = new(world);
        Catalog = [new CategoryRecords(world), Items, Variations, new TaxRecords(world)];
        _catalog = Catalog.ToDictionary(kind => kind, kind => new RecordStream(kind));
        VariationStream = _catalog[Variations];
        ItemStream = _catalog[Items];
        LocationStream = new(new LocationRecords(world));
        CountStream = new(Counts);
        OrderStream = new(Orders);
        LineStream = new(new LineItemRecords(world, Orders));
        Streams = new Dictionary<string, RecordStream>(StringComparer.Ordinal)
        {
            ["locations"] = LocationStream,
            ["catalog_categories"] = _catalog[Catalog[0]],
            ["catalog_items"] = ItemStream,
            ["catalog_variations"] = VariationStream,
            ["catalog_taxes"] = _catalog[Catalog[3]],
            ["catalog_inventory"] = CountStream,
            ["orders"] = OrderStream,
            ["order_line_items"] = LineStream,
        };
    }

    public SquareWorld World { get; }

    /// <summary>The kinds of catalog objects.</summary>
    public IReadOnlyList<CatalogRecords> Catalog { get; }

    public ItemRecords Items { get; }
    public VariationRecords Variations { get; }
    public CountRecords Counts { get; }
    public OrderRecords Orders { get; }

    public RecordStream ItemStream { get; }
    public RecordStream VariationStream { get; }
    public RecordStream LocationStream { get; }
    public RecordStream CountStream { get; }
    public RecordStream OrderStream { get; }
    public RecordStream LineStream { get; }

    public IReadOnlyDictionary<string, RecordStream> Streams { get; }

    public RecordStream StreamOf(CatalogRecords kind) => _catalog[kind];

    /// <summary>The variations of an item that are not deleted.</summary>
    public IReadOnlyList<RecordEntry> VariationsOf(string item)
    {
        var found = new List<RecordEntry>();
        if (World.ItemIds.TryIndex(item, out var index) && index < World.Items.Count)
        {
            var first = World.VariationsOf.Before(index);
            for (var at = 0; at < World.VariationsOf.Of(index); at++) found.Add(VariationStream.At(first + at));
        }

        for (var added = World.Variations.Count; added < VariationStream.NextIndex; added++)
        {
            var entry = VariationStream.At(added);
            if (entry.Changed is { Json: { } json } && ItemOf(json) == item) found.Add(entry);
        }

        return [.. found.Where(entry => !entry.IsDeleted)];
    }

    /// <summary>The item that a changed variation belongs to.</summary>
    public string? ItemOf(byte[] variation) =>
        System.Text.Json.Nodes.JsonNode.Parse(variation)?[Variations.Data]?["item_id"]?.ToString();
}
