using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Tidemark.Server.Access.OpenId;

/// <summary>
/// Encrypts what a browser carries while somebody is at the provider, with a key of the catalog: the server that sends them there need not
/// be the one to which they come back. The framework's own would keep keys in the user's home.
/// </summary>
/// <param name="key">32 bytes.</param>
/// <param name="purpose">A text that was made for one purpose opens for no other.</param>
internal sealed class CatalogProtection(byte[] key, string purpose = "") : IDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, key.Length, info: Encoding.UTF8.GetBytes(purpose));

    public IDataProtector CreateProtector(string name) => new CatalogProtection(key, $"{purpose}\n{name}");

    public byte[] Protect(byte[] plaintext)
    {
        var packed = new byte[NonceBytes + TagBytes + plaintext.Length];
        RandomNumberGenerator.Fill(packed.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(packed.AsSpan(0, NonceBytes), plaintext, packed.AsSpan(NonceBytes + TagBytes), packed.AsSpan(NonceBytes, TagBytes));
        return packed;
    }

    /// <exception cref="CryptographicException">It was changed, or made for another purpose or with another key.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes) throw new CryptographicException("It was cut.");
        var plain = new byte[protectedData.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(protectedData.AsSpan(0, NonceBytes), protectedData.AsSpan(NonceBytes + TagBytes), protectedData.AsSpan(NonceBytes, TagBytes), plain);
        return plain;
    }
}
