using System.Text.Json.Nodes;
using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close.Shapes;

/// <summary>Custom fields of all kinds. The kind is known from the address only: a list does not say it.</summary>
internal sealed class CustomFieldRecords(CloseWorld world, CloseSettings settings)
    : CloseRecords("custom_field", world, world.FieldIds, world.Few(CustomFieldList.All.Length))
{
    public override bool HasEvents => false;

    /// <summary>The fields of one kind.</summary>
    public static RecordFilter OfKind(string kind) =>
        new("kind", index => At(index).Kind == kind, value => value == kind);

    public static SeededField At(long index) => index < CustomFieldList.All.Length
        ? CustomFieldList.All[index] : new SeededField("lead", $"Field {index}", "text", 0);

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var field = At(index);
        json.Add($$"""{"id":{{IdAt(index)}}""");
        if (form == Form.Complete) json.Add($$""","kind":{{field.Kind}}""");
        json.Add($$""","name":{{field.Name}},"description":null,"type":{{field.Type}},"choices":""");
        if (field.Type == "choices") json.Add($$"""[{{Phrases.Segments[0]}},{{Phrases.Segments[1]}}]""");
        else json.Null();
        json.Add($$""","accepts_multiple_values":{{field.IsMultiple}},"editable_with_roles":[]""");
        if (field.Kind == "shared" && settings.TellsAssociations)
        {
            json.Raw(",\"associations\":["u8);
            for (var number = 0; number < field.On.Count; number++)
            {
                if (number > 0) json.Raw(","u8);
                json.Add($$"""{"object_type":{{field.On[number]}}}""");
            }

            json.Raw("]"u8);
        }

        WriteEnd(json, index, created);
    }

    public override void WriteChanged(JsonBuffer json, ReadOnlySpan<byte> complete, Form form)
    {
        if (form == Form.Complete)
        {
            json.Raw(complete);
            return;
        }

        var record = JsonNode.Parse(complete)!.AsObject();
        record.Remove("kind");
        json.Raw(record.ToJsonString(JsonText.Options));
    }
}
