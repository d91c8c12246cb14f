using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tidemark.Engine.Catalog;

/// <summary>
/// Text as a catalog can hold it: PostgreSQL takes no NUL and no half of a surrogate pair, and SQLite's driver ends a
/// text at its first NUL. Such letters are written as <c>SUB</c> (U+001A) and a form of four hex digits, and SUB itself
/// likewise; all other text is stored as it is.
/// </summary>
public static class CatalogText
{
    private const char Escape = '\u001a';
    private const int Digits = 4;

    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([Escape, '\0', .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>The text as it is stored. Equal texts give equal ones, and joined texts joined ones.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspects)) return text;
        var stored = new StringBuilder(text.Length + Digits);
        for (var at = 0; at < text.Length; at++)
        {
            if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
            {
                stored.Append(text[at]).Append(text[++at]);
                continue;
            }

            if (Suspects.Contains(text[at])) stored.Append(CultureInfo.InvariantCulture, $"{Escape}{(int)text[at]:x4}");
            else stored.Append(text[at]);
        }

        return stored.ToString();
    }

    /// <summary>The text as a part of a pattern for LIKE with <c>!</c> as its escape, in small letters.</summary>
    public static string Pattern(string text) =>
        Encode(text.ToLowerInvariant()).Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);

    /// <summary>The text that <see cref="Encode"/> stored; what is no escape stays as it is.</summary>
    public static string Decode(string stored)
    {
        var next = stored.IndexOf(Escape, StringComparison.Ordinal);
        if (next < 0) return stored;
        var text = new StringBuilder(stored.Length);
        var at = 0;
        for (; next >= 0; next = stored.IndexOf(Escape, at))
        {
            text.Append(stored, at, next - at);
            at = next + 1;
            if (stored.Length - at >= Digits
                && ushort.TryParse(stored.AsSpan(at, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter)
                && Suspects.Contains((char)letter))
            {
                text.Append((char)letter);
                at += Digits;
            }
            else
            {
                text.Append(Escape);
            }
        }

        return text.Append(stored, at, stored.Length - at).ToString();
    }
}
