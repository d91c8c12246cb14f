using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Engine.Records;

/// <summary>A text with other columns' values in it, e.g. <c>int_{record_id}</c>.</summary>
internal sealed partial class TextTemplate
{
    private readonly List<(byte[] Text, int Position)> _parts = [];

    public TextTemplate(string text, StreamSchema stream)
    {
        var at = 0;
        foreach (Match match in Places.Matches(text))
        {
            _parts.Add((Encoding.UTF8.GetBytes(text[at..match.Index]), -1));
            _parts.Add(([], stream.Fields.Index().First(entry => entry.Item.Name == match.Groups["name"].Value).Index));
            at = match.Index + match.Length;
        }

        _parts.Add((Encoding.UTF8.GetBytes(text[at..]), -1));
    }

    /// <summary>The columns that a text speaks of.</summary>
    public static IEnumerable<string> Names(string text) =>
        Places.Matches(text).Select(match => match.Groups["name"].Value);

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
