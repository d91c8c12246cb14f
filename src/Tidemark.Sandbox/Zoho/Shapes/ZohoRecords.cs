using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho.Shapes;

/// <summary>The records of one module.</summary>
/// <param name="module">API name, e.g. <c>Leads</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="ids">Ids of this module.</param>
/// <param name="timeline">When the seeded ones were last changed.</param>
/// <param name="fields">In the order of the metadata.</param>
internal sealed class ZohoRecords(
    string module, ZohoWorld world, ZohoIds ids, Timeline timeline, IReadOnlyList<ZohoFieldShape> fields)
    : SeededRecords(ids, timeline)
{
    private const int ConvertedPercent = 10;
    private const int ConversionPurpose = 90;

    public string Module => module;

    public IReadOnlyList<ZohoFieldShape> Fields => fields;

    public bool HasConversion => module == "Leads";

    /// <summary>Whether a seeded lead became a contact. A list leaves it out unless it is asked for.</summary>
    public bool IsConverted(long index) =>
        HasConversion && index < Count && world.Draw(ConversionPurpose, index).Percent(ConvertedPercent);

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var seed = new ZohoSeed(world, module[0], json, index, created);
        json.Add($$"""{"id":{{new RecordId(Ids, index)}}""");
        foreach (var shape in fields)
        {
            json.Add($$""","{{shape.ApiName:raw}}":""");
            shape.Write(seed);
        }

        json.Raw(""","$currency_symbol":"$","$state":"save","$approved":true,"$in_merge":false"""u8);
        if (HasConversion)
        {
            var isConverted = IsConverted(index);
            json.Add($$""","$converted":{{isConverted}},"$converted_detail":""");
            if (isConverted) json.Add($$"""{"contact":{{new RecordId(world.ContactIds, index % world.Contacts.Count)}}}""");
            else json.Raw("{}"u8);
        }

        json.Raw("}"u8);
    }
}
