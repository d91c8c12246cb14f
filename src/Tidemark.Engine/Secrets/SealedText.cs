using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Engine.Secrets;

/// <summary>
/// AES-256-GCM as text: <c>v1:&lt;key id&gt;:&lt;base64 of nonce, tag and cipher text&gt;</c>. The subject, e.g.
/// <c>source/Italy Stripe/api_key</c>, is authenticated, so that a text moved to another subject does not open.
/// </summary>
internal static class SealedText
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static string Seal(EncryptionKey key, string subject, string plain)
    {
        var text = Encoding.UTF8.GetBytes(plain);
        var packed = new byte[NonceBytes + TagBytes + text.Length];
        var (nonce, tag, cipher) = Parts(packed);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Encrypt(nonce, text, cipher, tag, Encoding.UTF8.GetBytes(subject));
        return $"v1:{key.Id}:{Convert.ToBase64String(packed)}";
    }

    /// <summary>Id of the key that a text was sealed with, or null where it is no sealed text.</summary>
    public static string? KeyId(string sealedText) =>
        sealedText.Split(':') is ["v1", { Length: 8 } id, _] ? id : null;

    /// <summary>The plain text.</summary>
    /// <exception cref="CryptographicException">Changed, or sealed for another subject or by another key.</exception>
    /// <exception cref="FormatException">It is no sealed text.</exception>
    public static string Open(EncryptionKey key, string subject, string sealedText)
    {
        if (KeyId(sealedText) is null) throw new FormatException("No sealed text.");
        var packed = Convert.FromBase64String(sealedText.Split(':')[2]);
        if (packed.Length < NonceBytes + TagBytes) throw new FormatException("The sealed text was cut.");
        var (nonce, tag, cipher) = Parts(packed);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Decrypt(nonce, cipher, tag, plain, Encoding.UTF8.GetBytes(subject));
        return Encoding.UTF8.GetString(plain);
    }

    private static SealedParts Parts(byte[] packed) =>
        new(packed.AsSpan(0, NonceBytes), packed.AsSpan(NonceBytes, TagBytes), packed.AsSpan(NonceBytes + TagBytes));

    private readonly ref struct SealedParts(Span<byte> nonce, Span<byte> tag, Span<byte> cipher)
    {
        private readonly Span<byte> _nonce = nonce;
        private readonly Span<byte> _tag = tag;
        private readonly Span<byte> _cipher = cipher;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> tag, out Span<byte> cipher)
        {
            nonce = _nonce;
            tag = _tag;
            cipher = _cipher;
        }
    }
}
