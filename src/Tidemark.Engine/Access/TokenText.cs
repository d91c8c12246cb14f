using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Engine.Access;

/// <summary>
/// A secret as its bearer has it: four letters that say what it is, eight by which it is found, <c>_</c>, and 32 random bytes. Nobody
/// can guess those, so that a plain SHA-256 of the whole is kept.
/// </summary>
internal static class TokenText
{
    /// <summary>Beginning of a token for the API.</summary>
    public const string Token = "tdm_";

    /// <summary>Beginning of what a browser shows to be known again.</summary>
    public const string Session = "tds_";

    /// <summary>Beginning of what a link to set a password carries.</summary>
    public const string Link = "tdl_";

    private const string IdLetters = "abcdefghijkmnpqrstuvwxyz23456789";
    private static readonly SearchValues<char> IsIdLetter = SearchValues.Create(IdLetters);

    private const int IdLength = 8;
    private const int SecretBytes = 32;

    // A header may be kilobytes long; a token is not.
    private const int MaxLength = 80;

    /// <param name="prefix">Its kind: <see cref="Token"/>, <see cref="Session"/> or <see cref="Link"/>.</param>
    public static (string Id, string Text) New(string prefix)
    {
        var id = RandomNumberGenerator.GetString(IdLetters, IdLength);
        return (id, $"{prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");
    }

    /// <summary>The part by which a secret is found; null where the text is none of the kind.</summary>
    public static string? IdOf(string text, string prefix) =>
        text.Length is > IdLength and <= MaxLength && text.StartsWith(prefix, StringComparison.Ordinal)
        && text.Length > prefix.Length + IdLength + 1 && text[prefix.Length + IdLength] == '_'
        && text.Substring(prefix.Length, IdLength) is var id && IsId(id) ? id : null;

    /// <summary>Whether a text can be the part by which a secret is found.</summary>
    public static bool IsId(string text) => text.Length == IdLength && text.AsSpan().IndexOfAnyExcept(IsIdLetter) < 0;

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a text is the one of a digest; takes as long where it is not.</summary>
    public static bool Fits(string text, string digest) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Digest(text)), Encoding.UTF8.GetBytes(digest));
}
