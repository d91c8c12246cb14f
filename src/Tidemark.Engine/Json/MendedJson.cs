using System.Text;
using System.Text.Json;

namespace Tidemark.Engine.Json;

/// <summary>
/// Text that would be JSON but for tokens that some servers write all the same: <c>NaN</c>, a comma too many, a control
/// character within a string. Each is replaced by something valid of the same length, so that whatever else the text holds can be
/// found at its place.
/// </summary>
/// <param name="Text">As long as the text it was made from.</param>
/// <param name="Flaws">First bytes of what was replaced, in order.</param>
internal sealed record MendedJson(byte[] Text, IReadOnlyList<int> Flaws)
{
    // A body with more of them is something else than JSON with flaws.
    private const int MaxFlaws = 10_000;

    private const int ShownBytes = 20;

    /// <summary>The mended text; null where there is nothing to mend, or too much.</summary>
    public static MendedJson? Of(ReadOnlySpan<byte> json)
    {
        var mended = new Mending(json.ToArray());
        mended.Run();
        return mended.Flaws.Count is > 0 and <= MaxFlaws ? new(mended.Text, mended.Flaws) : null;
    }

    /// <summary>Whether a text is the beginning of JSON, of which the rest is missing.</summary>
    public static bool IsCutShort(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(ForeignJson.Options));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A few bytes of a text from where it is no JSON any more, fit to be shown; empty where it is JSON.</summary>
    public static string Flaw(ReadOnlySpan<byte> json)
    {
        var reader = ForeignJson.Reader(json);
        try
        {
            while (reader.Read())
            {
            }

            return "";
        }
        catch (JsonException)
        {
            var rest = json[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8);
            return string.Concat(Encoding.UTF8.GetString(rest[..Math.Min(ShownBytes, rest.Length)])
                .Select(letter => char.IsControl(letter) || letter == '\uFFFD' ? ' ' : letter)).Trim();
        }
    }

    private sealed class Mending(byte[] text)
    {
        private int _at;

        public byte[] Text => text;

        public List<int> Flaws { get; } = [];

        public void Run()
        {
            while (_at < text.Length && Flaws.Count <= MaxFlaws)
            {
                switch (text[_at])
                {
                    case (byte)'"': MendString(); break;
                    case (byte)',': MendComma(); break;
                    case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n': _at++; break;
                    default: MendWord(); break;
                }
            }
        }

        private void MendString()
        {
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] < ' ') Blank(_at, 1);
                else if (text[_at] == '\\' && _at + 1 < text.Length)
                {
                    if (!IsEscape(text.AsSpan(_at + 1))) Blank(_at, text[_at + 1] < ' ' ? 1 : 2);
                    else _at++;
                }
            }

            _at++;
        }

        private static bool IsEscape(ReadOnlySpan<byte> rest) => rest[0] switch
        {
            (byte)'u' => rest.Length < 5 || (char.IsAsciiHexDigit((char)rest[1]) && char.IsAsciiHexDigit((char)rest[2])
                && char.IsAsciiHexDigit((char)rest[3]) && char.IsAsciiHexDigit((char)rest[4])),
            _ => "\"\\/bfnrt"u8.Contains(rest[0]),
        };

        /// <summary>A comma must have a value behind it.</summary>
        private void MendComma()
        {
            var next = _at + 1;
            while (next < text.Length && text[next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') next++;
            if (next < text.Length && text[next] is (byte)',' or (byte)']' or (byte)'}') Blank(_at, 1);
            _at++;
        }

        /// <summary>What stands outside of strings must be a number, or one of three words; else a string takes its place.</summary>
        private void MendWord()
        {
            var start = _at;
            while (_at < text.Length && !"{}[]:,\" \t\r\n"u8.Contains(text[_at])) _at++;
            var word = text.AsSpan(start, _at - start);
            if (IsScalar(word) || _at == text.Length) return;
            Flaws.Add(start);
            word.Fill((byte)(word.Length == 1 ? '0' : '-'));
            if (word.Length > 1) (word[0], word[^1]) = ((byte)'"', (byte)'"');
        }

        private static bool IsScalar(ReadOnlySpan<byte> word)
        {
            try
            {
                var reader = new Utf8JsonReader(word);
                return reader.Read() && !reader.Read();
            }
            catch (JsonException)
            {
                return false;
            }
        }

        private void Blank(int start, int length)
        {
            Flaws.Add(start);
            text.AsSpan(start, length).Fill((byte)' ');
        }
    }
}
