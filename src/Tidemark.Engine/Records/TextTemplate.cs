using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Records;

/// <summary>A text with other columns' values in it, e.g. <c>int_{record_id}</c>.</summary>
internal sealed partial class TextTemplate
{
    private readonly List<(byte[] Text, int Position)> _parts = [];

    public TextTemplate(string text, StreamSchema stream)
    {
        foreach (var part in Parts(text))
        {
            if (!part.IsColumn) _parts.Add((Encoding.UTF8.GetBytes(part.Text), -1));
            else _parts.Add(([], stream.Fields.Index().First(entry => entry.Item.Name == part.Text).Index));
        }
    }

    /// <summary>What a text is made of, in order: letters as they are, and names of columns.</summary>
    public static IEnumerable<(string Text, bool IsColumn)> Parts(string text)
    {
        var at = 0;
        foreach (Match match in Places.Matches(text))
        {
            if (match.Index > at) yield return (text[at..match.Index], false);
            yield return (match.Groups["name"].Value, true);
            at = match.Index + match.Length;
        }

        if (at < text.Length) yield return (text[at..], false);
    }

    /// <summary>The columns that a text speaks of.</summary>
    public static IEnumerable<string> Names(string text) =>
        Parts(text).Where(part => part.IsColumn).Select(part => part.Text);

    /// <summary>Why columns cannot be spoken of; null where they can, as they are there and are text.</summary>
    public static string? Mistake(StreamSchema stream, IEnumerable<string> columns)
    {
        foreach (var name in columns)
        {
            if (stream.Fields.FirstOrDefault(field => field.Name == name) is not { } column)
            {
                var meant = NearestName.Slip(name, stream.Fields.Select(field => field.Name));
                return $"There is no column {name}.{(meant is null ? "" : $" Did you mean {meant}?")}";
            }

            if (column.Type != FieldType.Text) return $"The column {name} is not text.";
        }

        return null;
    }

    /// <summary>The text for the row that is staged.</summary>
    public Cell Fill(RowBatch batch)
    {
        using var text = new MemoryStream();
        foreach (var (literal, position) in _parts)
        {
            if (position < 0) text.Write(literal);
            else if (batch.Staged()[position] is { Kind: CellKind.Bytes } cell) text.Write(batch.Bytes(cell));
        }

        return batch.Append(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    [GeneratedRegex(@"\{(?<name>[^{}]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places { get; }
}
