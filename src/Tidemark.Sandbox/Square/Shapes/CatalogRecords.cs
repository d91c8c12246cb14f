using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

/// <summary>One kind of catalog object.</summary>
/// <param name="type">As Square names it, e.g. <c>ITEM</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="ids">Ids of this kind.</param>
/// <param name="timeline">When the seeded ones were last changed.</param>
internal abstract class CatalogRecords(string type, SquareWorld world, IdCodec ids, Timeline timeline)
    : SeededRecords(ids, timeline)
{
    public string Type { get; } = type;

    /// <summary>Property that holds what is particular to the kind, e.g. <c>item_data</c>.</summary>
    public string Data { get; } = type.ToLowerInvariant() + "_data";

    protected SquareWorld World { get; } = world;

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        json.Add($$"""{"type":{{Type}},"id":{{new RecordId(Ids, index)}},"updated_at":{{SquareTime.Seeded(created)}}""");
        json.Add($$""","version":{{SquareTime.Milliseconds(created)}},"is_deleted":false,"present_at_all_locations":true,""");
        json.Add($$"""{{Data}}:""");
        WriteData(json, index);
        json.Raw("}"u8);
    }

    protected abstract void WriteData(JsonBuffer json, long index);
}
