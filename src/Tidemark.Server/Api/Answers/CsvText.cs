using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark.Server.Api.Answers;

/// <summary>
/// Answers as CSV (RFC 4180): a line of names, then a line each. A list or an object in a cell is JSON. A text that a spreadsheet would
/// take for a formula gets an apostrophe before it.
/// </summary>
internal static class CsvText
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r");

    public static string Of<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type)
    {
        var rows = items.Select(item => JsonSerializer.SerializeToElement(item, type)).ToList();
        return Of(rows, [.. type.Properties.Where(property => property.Get is not null).Select(property => property.Name)]);
    }

    /// <summary>Objects, of which some members are wanted.</summary>
    public static string Of(IReadOnlyList<JsonElement> rows, IReadOnlyList<string> names)
    {
        var text = new StringBuilder();
        AddLine(text, names);
        foreach (var row in rows) AddLine(text, names.Select(name => row.TryGetProperty(name, out var value) ? Cell(value) : ""));
        return text.ToString();
    }

    private static void AddLine(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells.Select(Quote)).Append("\r\n");

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => Formula.Contains(text[0]) ? "'" + text : text,
        JsonValueKind.String => "",
        _ => value.GetRawText(),
    };

    private static string Quote(string cell) => cell.AsSpan().ContainsAny(Quoted) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
