using System.Globalization;
using System.Text;

namespace Tidemark.Output;

/// <summary>Makes text of others safe to print: it cannot move the cursor, colour or rename the terminal.</summary>
internal static class Printable
{
    /// <summary>Line breaks and tabs become spaces; other control and direction-changing characters are spelled out,
    /// e.g. <c>\x1B</c>.</summary>
    public static string Of(string? text)
    {
        if (text is null || !text.Any(IsUnsafe)) return text ?? "";
        var safe = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (letter is '\n' or '\r' or '\t') safe.Append(' ');
            else if (IsUnsafe(letter) && letter < 0x100)
                safe.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:X2}");
            else if (IsUnsafe(letter)) safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
            else safe.Append(letter);
        }

        return safe.ToString();
    }

    // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows, so that a name reads as another.
    private static bool IsUnsafe(char letter) =>
        char.IsControl(letter) || letter is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
