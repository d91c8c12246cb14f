using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>A list inside a record; the record shows the first ten entries.</summary>
/// <param name="Field">E.g. <c>lines</c>.</param>
/// <param name="IsExpandable">Absent until it is expanded.</param>
internal sealed record NestedList(string Field, bool IsExpandable)
{
    public const int Shown = 10;

    /// <summary>How many of <paramref name="count"/> a form shows.</summary>
    public static int CountIn(Form form, int count) => form == Form.Complete ? count : Math.Min(Shown, count);

    /// <summary>Cuts the list of a changed record. A field that is no list any more is shown as it is.</summary>
    public void Show(JsonBuffer json, ReadOnlySpan<byte> complete, Form form)
    {
        var record = JsonNode.Parse(complete)!.AsObject();
        if (IsExpandable && form == Form.Listed) record.Remove(Field);
        else if (!Cut(record))
        {
            json.Raw(complete);
            return;
        }

        json.Raw(JsonSerializer.SerializeToUtf8Bytes(record, JsonText.Options));
    }

    private bool Cut(JsonObject record)
    {
        if (record[Field] is not JsonObject list || list["data"] is not JsonArray { Count: > Shown } data) return false;
        data.RemoveRange(Shown, data.Count - Shown);
        list["has_more"] = true;
        return true;
    }
}
