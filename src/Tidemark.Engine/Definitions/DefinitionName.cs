using System.Globalization;
using System.Text;

namespace Tidemark.Engine.Definitions;

/// <summary>What a name may be: any text that a person can see and type, since it never becomes SQL or a path.</summary>
internal static class DefinitionName
{
    private const int MaxLetters = 200;

    /// <summary>What is wrong with a name, as a sentence; null where nothing is.</summary>
    public static string? Mistake(string name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => "The name is empty.",
        { Length: > MaxLetters } => $"The name has more than {MaxLetters} letters.",
        _ when name != name.Trim() => "The name begins or ends with a space.",
        _ when name.EnumerateRunes().Any(IsUnseen) => "The name has a control character.",
        _ => null,
    };

    /// <summary>The mistakes of a definition's own name.</summary>
    public static IEnumerable<DefinitionMistake> Mistakes(string name)
    {
        if (Mistake(name) is { } mistake) yield return new("name", "definition.name_invalid", mistake);
    }

    // Letters that break a line, or turn the ones beside them round, show another name than the one that is meant.
    private static bool IsUnseen(Rune rune) => Rune.IsControl(rune) || rune == Rune.ReplacementChar
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
