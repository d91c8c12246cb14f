using System.Text.Json.Nodes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Close;

/// <summary>How a record is shown: with the fields asked for, and custom fields in the form of the day.</summary>
internal sealed class CloseView(CloseSettings settings, IReadOnlyDictionary<string, CloseTable> tables)
{
    private const string Flat = "custom.";

    /// <param name="json">Receives the record.</param>
    /// <param name="table">Table of the records' kind.</param>
    /// <param name="entry">The record.</param>
    /// <param name="fields">Names of the fields; null for all.</param>
    /// <param name="objectType">Named in the record where it is a result of a search.</param>
    public void Write(
        JsonBuffer json, CloseTable table, RecordEntry entry, IReadOnlyList<string>? fields, string? objectType = null)
    {
        if (fields is null && objectType is null && (settings.CustomForm == "flat" || table.Kind.CustomKind is null))
        {
            table.Stream.Write(json, entry, Form.Listed);
            return;
        }

        var record = table.Json(entry);
        if (settings.CustomForm == "dictionary") Fold(record);
        var shown = new JsonObject();
        if (objectType is not null) shown["__object_type"] = objectType;
        foreach (var (name, value) in record)
        {
            // A search shows the id unasked.
            if (fields is null || fields.Contains(name) || (name == "id" && objectType is not null))
                shown[name] = value?.DeepClone();
        }

        json.Raw(shown.ToJsonString(JsonText.Options));
    }

    /// <summary>Puts the values of custom fields into one object, by the fields' names.</summary>
    private void Fold(JsonObject record)
    {
        var custom = new JsonObject();
        var definitions = tables["custom_fields"];
        foreach (var (name, value) in record.ToList())
        {
            if (!name.StartsWith(Flat, StringComparison.Ordinal)) continue;
            record.Remove(name);
            if (definitions.Stream.TryFind(name[Flat.Length..], out var field) && !field.IsDeleted)
                custom[definitions.Json(field)["name"]!.ToString()] = value?.DeepClone();
        }

        record["custom"] = custom;
    }
}
