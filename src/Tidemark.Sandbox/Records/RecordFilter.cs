using System.Text.Json;

namespace Tidemark.Sandbox.Records;

/// <summary>A condition on one field, answered from the index where possible and else from the JSON.</summary>
/// <param name="Field">Where the value stands: property names separated by <c>/</c>; of an array, whatever is in it.</param>
/// <param name="Seeded">Tests an unchanged record, by its index.</param>
/// <param name="Changed">Tests a changed record, by the field's text; null if the field is absent or null.</param>
internal sealed record RecordFilter(string Field, Predicate<long> Seeded, Predicate<string?> Changed)
{
    public bool Passes(RecordEntry entry)
    {
        if (entry.Changed is not { Json: { } json }) return Seeded(entry.Index);
        using var document = JsonDocument.Parse(json);
        var found = Values(document.RootElement, Field.Split('/')).ToList();
        return found.Count == 0 ? Changed(null) : found.Exists(value => Changed(Text(value)));
    }

    private static IEnumerable<JsonElement> Values(JsonElement at, ReadOnlyMemory<string> path)
    {
        if (at.ValueKind == JsonValueKind.Array) return at.EnumerateArray().SelectMany(item => Values(item, path));
        if (path.IsEmpty) return [at];
        return at.ValueKind == JsonValueKind.Object && at.TryGetProperty(path.Span[0], out var inner) ? Values(inner, path[1..]) : [];
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
