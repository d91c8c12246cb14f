using System.Security.Cryptography;
using System.Text;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Secrets;

/// <summary>A key for AES-256-GCM. It prints as its id and never as itself.</summary>
public sealed class EncryptionKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    /// <summary>Letters that a passphrase must have.</summary>
    public const int MinPassphraseLength = 16;

    // What OWASP asks for PBKDF2 with SHA-256; about 0.1 s, paid once a process and only where a secret is touched.
    private const int Rounds = 600_000;

    private EncryptionKey(byte[] bytes)
    {
        Bytes = bytes;
        Id = Convert.ToHexStringLower(SHA256.HashData(bytes))[..8];
    }

    /// <summary>First 8 hex digits of the SHA-256 of the key.</summary>
    public string Id { get; }

    internal byte[] Bytes { get; }

    /// <summary>A new key from the system's random numbers.</summary>
    public static EncryptionKey Generate() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>
    /// The key that a text stands for: base64 of 32 bytes is the key itself; any other text of at least 16 letters is
    /// a passphrase, run through PBKDF2-SHA256 (600,000 rounds) with the catalog's salt.
    /// </summary>
    /// <exception cref="TidemarkException"><c>secrets.key_too_short</c> (configuration).</exception>
    public static EncryptionKey FromText(string text, byte[] salt)
    {
        var trimmed = text.Trim();
        var bytes = new byte[Length];
        if (trimmed.Length == 44 && Convert.TryFromBase64String(trimmed, bytes, out var written) && written == Length)
            return new(bytes);
        if (trimmed.Length >= MinPassphraseLength)
        {
            return new(Rfc2898DeriveBytes.Pbkdf2(
                Encoding.UTF8.GetBytes(trimmed), salt, Rounds, HashAlgorithmName.SHA256, Length));
        }

        throw new TidemarkException(FailureKind.Configuration, "secrets.key_too_short",
            $"The encryption key is shorter than {MinPassphraseLength} letters.")
        {
            Hint = "Set TIDEMARK_ENCRYPTION_KEY to base64 of 32 random bytes, e.g. from `openssl rand -base64 32`.",
        };
    }

    /// <exception cref="FormatException">Not base64 of 32 bytes.</exception>
    internal static EncryptionKey FromBase64(string text) =>
        Convert.FromBase64String(text.Trim()) is { Length: Length } bytes
            ? new(bytes) : throw new FormatException($"A key has {Length} bytes.");

    /// <summary>Base64, as a key file holds it.</summary>
    internal string ToBase64() => Convert.ToBase64String(Bytes);

    public override string ToString() => $"key {Id}";
}
