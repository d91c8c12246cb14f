using System.Text.Json;
using Tidemark.Engine.Json;
using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Close;

/// <summary>A field that an organization has made for itself.</summary>
/// <param name="Id"><c>cf_…</c>; records have its value under <c>custom.cf_…</c>, and only where it is set.</param>
/// <param name="Name">As people named it; names may repeat.</param>
/// <param name="Type">E.g. <c>text</c>, <c>number</c>, <c>date</c>, <c>choices</c>, <c>user</c>.</param>
/// <param name="IsMultiple">Whether the value is a list.</param>
/// <param name="Created">Orders the fields, so that of two with one name the older keeps it.</param>
/// <param name="On">What it is a field of: <c>lead</c>, <c>contact</c>, <c>opportunity</c>, <c>activity</c>.</param>
/// <remarks>https://developer.close.com/api/resources/custom-fields.</remarks>
internal sealed record CloseCustomField(
    string Id, string Name, string Type, bool IsMultiple, string Created, IReadOnlyList<string> On)
{
    /// <summary>The kinds that Close lists custom fields by.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["lead", "contact", "opportunity", "activity", "custom_object_type", "shared"];

    private static readonly string[] Everywhere = ["lead", "contact", "opportunity", "activity"];

    /// <summary>Property of a record that has the value.</summary>
    public string Property => $"custom.{Id}";

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="record">The field as Close lists it.</param>
    /// <returns>Null for a record without id or name, or that is none.</returns>
    public static CloseCustomField? Read(string kind, ReadOnlyMemory<byte> record) => ForeignJson.Read(() => ReadWhole(kind, record), null);

    private static CloseCustomField? ReadWhole(string kind, ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var field = json.RootElement;
        if (Text("id") is not { } id || Text("name") is not { } name) return null;
        var isMultiple = field.TryGetProperty("accepts_multiple_values", out var many)
            && many.ValueKind == JsonValueKind.True;
        var on = kind == "shared" ? Associations(field) : [kind];
        return new(id, name, Text("type") ?? "", isMultiple, Text("date_created") ?? "", on);

        string? Text(string property) =>
            field.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString() : null;
    }

    /// <summary>The columns of those fields that records of a kind have.</summary>
    /// <param name="all">All custom fields.</param>
    /// <param name="on">E.g. <c>lead</c>.</param>
    /// <param name="taken">Names of the columns that are there already.</param>
    public static IReadOnlyList<Field> Columns(
        IReadOnlyList<CloseCustomField> all, string on, IEnumerable<string> taken)
    {
        var names = taken.ToHashSet(StringComparer.Ordinal);
        var columns = new List<Field>();
        foreach (var field in all.Where(field => field.On.Contains(on))
            .OrderBy(field => field.Created, StringComparer.Ordinal).ThenBy(field => field.Id, StringComparer.Ordinal))
        {
            var name = ColumnNames.Choose(field.Name, names);
            names.Add(name);
            columns.Add(new Field(name, field.Column)
            {
                Path = field.Property,
                // The older form, a dictionary by name, may still come.
                OrPath = $"custom/{Escaped(field.Name)}",
            });
        }

        return columns;
    }

    private FieldType Column => IsMultiple ? FieldType.Json : Type switch
    {
        "number" => FieldType.Decimal,
        "date" => FieldType.Date,
        "datetime" => FieldType.Timestamp,
        // Text, choices, and references to users, contacts and custom objects, which are ids.
        _ => FieldType.Text,
    };

    /// <summary>A name as a part of a path.</summary>
    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>What a shared field is used on; where Close does not say, on everything.</summary>
    private static string[] Associations(JsonElement field) =>
        !field.TryGetProperty("associations", out var list) || list.ValueKind != JsonValueKind.Array ? Everywhere
            : [.. list.EnumerateArray()
                .Select(use => use.TryGetProperty("object_type", out var type) ? type.GetString() : null)
                .OfType<string>()
                .Select(type => type == "custom_activity_type" ? "activity" : type)
                .Distinct(StringComparer.Ordinal)];
}
