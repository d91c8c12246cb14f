using System.Globalization;

namespace Tidemark.Engine.Errors;

/// <summary>
/// Makes a text fit to be kept in a catalog and printed on a terminal, whoever wrote it: one line, without control characters,
/// escape sequences, marks that turn the direction of text, or halves of characters.
/// </summary>
public static class PlainLine
{
    /// <summary>The text with a blank in place of each such character; the same text where there is none.</summary>
    public static string Of(string text)
    {
        var isPlain = true;
        for (var at = 0; at < text.Length && isPlain; at++) isPlain = !IsUnfit(text, at);
        return isPlain ? text : string.Create(text.Length, text, static (line, source) =>
        {
            for (var at = 0; at < source.Length; at++) line[at] = IsUnfit(source, at) ? ' ' : source[at];
        });
    }

    private static bool IsUnfit(string text, int at)
    {
        var letter = text[at];
        if (char.IsHighSurrogate(letter)) return at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]);
        if (char.IsLowSurrogate(letter)) return at == 0 || !char.IsHighSurrogate(text[at - 1]);
        return char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }
}
