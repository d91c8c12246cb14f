using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tidemark.Engine.Wire;

/// <summary>Keeps a value that may be megabytes long from filling the screen.</summary>
public static class Cut
{
    private const int MaxLetters = 120;

    /// <summary>The beginning of a text, and how long it is, where it is long.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Short(string? text)
    {
        if (text is null || text.Length <= MaxLetters) return text;
        var end = char.IsHighSurrogate(text[MaxLetters - 1]) ? MaxLetters - 1 : MaxLetters;
        return $"{text[..end]}… ({text.Length.ToString("N0", CultureInfo.InvariantCulture)} letters)";
    }
}
