using System.Text.Json;

namespace Tidemark.Sandbox.Records;

/// <summary>A condition on one field, answered from the index where possible and else from the JSON.</summary>
/// <param name="Field">Name of a field at the top of the record.</param>
/// <param name="Seeded">For an unchanged record, by index.</param>
/// <param name="Changed">For a changed record, by the field's value as text; null when absent or null.</param>
internal sealed record RecordFilter(string Field, Predicate<long> Seeded, Predicate<string?> Changed)
{
    public bool Passes(RecordEntry entry) =>
        entry.Changed is { Json: { } json } ? Changed(Read(json)) : Seeded(entry.Index);

    private string? Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(Field);
            reader.Read();
            if (found) return AsText(ref reader);
            reader.Skip();
        }

        return null;
    }

    private static string? AsText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };
}
