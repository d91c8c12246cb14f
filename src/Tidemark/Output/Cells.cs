using System.Globalization;
using System.Text;

namespace Tidemark.Output;

/// <summary>
/// How many cells of a terminal a text takes: a letter of Korean two, a combining mark none, an emoji of several signs two.
/// https://www.unicode.org/reports/tr11/.
/// </summary>
internal static class Cells
{
    private const char Ellipsis = '…';

    // Signs after a letter that make an emoji of it, where the letter alone takes one cell.
    private const char AsEmoji = '\uFE0F';

    // Wide and fullwidth of EastAsianWidth.txt 17.0, in pairs of first and last. What is not assigned yet within a block counts with it.
    private static readonly int[] Wide =
    [
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE,
        0x2614, 0x2615, 0x2630, 0x2637, 0x2648, 0x2653, 0x267F, 0x267F, 0x268A, 0x268F, 0x2693, 0x2693, 0x26A1, 0x26A1,
        0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3,
        0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C,
        0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C,
        0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E, 0x3041, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF,
        0xFE10, 0xFE19, 0xFE30, 0xFE6F, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x18DFF, 0x1AFF0, 0x1B2FF, 0x1D300, 0x1D376,
        0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F1E6, 0x1F320, 0x1F32D, 0x1F335,
        0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4,
        0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567,
        0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC,
        0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB, 0x1F7F0, 0x1F7F0,
        0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD,
    ];

    /// <summary>Cells of a text on one line.</summary>
    public static int Count(string text)
    {
        if (Ascii.IsValid(text)) return text.Length;
        var cells = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            cells += OfSign(text.AsSpan(at, length));
            at += length;
        }

        return cells;
    }

    /// <summary>A text in so many cells at most; what does not fit gives way to an ellipsis.</summary>
    public static string Cut(string text, int room)
    {
        if (Count(text) <= room) return text;
        if (room <= 0) return "";
        var (at, cells) = (0, 0);
        while (at < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            var more = OfSign(text.AsSpan(at, length));
            if (cells + more > room - 1) break;
            (at, cells) = (at + length, cells + more);
        }

        return string.Concat(text.AsSpan(0, at), [Ellipsis]);
    }

    /// <summary>A text in exactly so many cells, cut or padded.</summary>
    public static string Fill(string text, int room, bool isRight = false)
    {
        text = Cut(text, room);
        var padding = new string(' ', Math.Max(0, room - Count(text)));
        return isRight ? padding + text : text + padding;
    }

    /// <summary>A text on lines of so many cells at most, broken at spaces where there are some.</summary>
    public static IEnumerable<string> Wrap(string text, int room)
    {
        room = Math.Max(1, room);
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var rest = word;
            if (line.Length > 0 && Count(line) + 1 + Count(rest) <= room)
            {
                line += " " + rest;
                continue;
            }

            if (line.Length > 0) yield return line;
            while (Count(rest) > room)
            {
                var part = Prefix(rest, room);
                yield return rest[..part];
                rest = rest[part..];
            }

            line = rest;
        }

        yield return line;
    }

    private static int Prefix(string text, int room)
    {
        var (at, cells) = (0, 0);
        while (at < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            cells += OfSign(text.AsSpan(at, length));
            if (cells > room) break;
            at += length;
        }

        // A sign that is wider than the room stands alone.
        return at > 0 ? at : StringInfo.GetNextTextElementLength(text, 0);
    }

    /// <summary>Cells of what a person sees as one sign: its widest part, since what is joined to it takes its place.</summary>
    private static int OfSign(ReadOnlySpan<char> sign)
    {
        if (sign.Contains(AsEmoji)) return 2;
        var cells = 0;
        foreach (var letter in sign.EnumerateRunes()) cells = Math.Max(cells, OfLetter(letter));
        return cells;
    }

    private static int OfLetter(Rune letter) => Rune.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control => 0,
        _ => IsWide(letter.Value) ? 2 : 1,
    };

    private static bool IsWide(int letter)
    {
        if (letter < Wide[0]) return false;
        var at = Array.BinarySearch(Wide, letter);
        // Between a first and its last, the place where it would go in is that of the last.
        return at >= 0 || ~at % 2 == 1;
    }
}
