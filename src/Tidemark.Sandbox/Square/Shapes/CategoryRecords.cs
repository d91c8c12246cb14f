using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Square.Shapes;

internal sealed class CategoryRecords(SquareWorld world) : CatalogRecords("CATEGORY", world, world.CategoryIds, world.Categories)
{
    protected override void WriteData(JsonBuffer json, long index)
    {
        var draws = World.Draw(Series.Category, index);
        json.Add($$"""{"name":"{{draws.From(Phrases.Goods):raw}} {{index}}","category_type":{{"REGULAR_CATEGORY"}}""");
        json.Add($$""","is_top_level":{{index % 3 == 0}}""");
        if (index % 3 != 0) json.Add($$""","parent_category":{"id":{{new RecordId(Ids, index - index % 3)}},"ordinal":0}""");
        json.Raw(""","online_visibility":true}"""u8);
    }
}

internal sealed class TaxRecords(SquareWorld world) : CatalogRecords("TAX", world, world.TaxIds, world.Taxes)
{
    protected override void WriteData(JsonBuffer json, long index)
    {
        json.Add($$"""{"name":"Tax {{index}}","calculation_phase":"TAX_SUBTOTAL_PHASE","inclusion_type":{{"ADDITIVE"}}""");
        json.Add($$""","percentage":"{{index + 4}}.5","enabled":true}""");
    }
}
