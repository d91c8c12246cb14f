using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Engine.Access;

/// <summary>
/// A token as its bearer has it: <c>tdm_</c>, eight letters by which it is found, <c>_</c>, and 32 random bytes. Nobody can guess
/// those, so that a plain SHA-256 of the whole is kept.
/// </summary>
internal static class TokenText
{
    public const string Prefix = "tdm_";

    private const string IdLetters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int IdLength = 8;
    private const int SecretBytes = 32;

    // A header may be kilobytes long; a token is not.
    private const int MaxLength = 80;

    public static (string Id, string Text) New()
    {
        var id = RandomNumberGenerator.GetString(IdLetters, IdLength);
        return (id, $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");
    }

    /// <summary>The part by which a token is found; null where the text is no token.</summary>
    public static string? IdOf(string text) =>
        text.Length is > IdLength and <= MaxLength && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.Length > Prefix.Length + IdLength + 1 && text[Prefix.Length + IdLength] == '_'
            ? text.Substring(Prefix.Length, IdLength) : null;

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a text is the one of a digest; takes as long where it is not.</summary>
    public static bool Fits(string text, string digest) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Digest(text)), Encoding.UTF8.GetBytes(digest));
}
