using System.Security.Cryptography;
using System.Text.Json;

namespace Tidemark.Engine.Backup;

/// <summary>
/// A manifest's checksum of itself: SHA-256 of its members without spaces, the checksum left out. Members that this version does
/// not know are part of it.
/// </summary>
internal static class ManifestSeal
{
    /// <summary>The first member. It and the checksum need each other, so that neither can be lost unseen.</summary>
    public const string VersionKey = "tidemark_backup";

    private const string ChecksumKey = "checksum";

    /// <summary>The manifest with its checksum as the last member.</summary>
    public static byte[] Seal(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return Write(document.RootElement, Sum(document.RootElement), isIndented: true);
    }

    /// <summary>Whether the checksum fits. One that has neither a version nor a checksum is an older version's.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static bool Holds(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
        var manifest = document.RootElement;
        if (manifest.ValueKind != JsonValueKind.Object) throw new JsonException("It is no object.");
        var isSealed = manifest.TryGetProperty(ChecksumKey, out var checksum);
        if (isSealed != manifest.TryGetProperty(VersionKey, out _)) return false;
        return !isSealed || (checksum.ValueKind == JsonValueKind.String && checksum.ValueEquals(Sum(manifest)));
    }

    private static string Sum(JsonElement manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(Write(manifest, checksum: null, isIndented: false)));

    private static byte[] Write(JsonElement manifest, string? checksum, bool isIndented)
    {
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written, new() { Indented = isIndented }))
        {
            json.WriteStartObject();
            foreach (var member in manifest.EnumerateObject().Where(member => !member.NameEquals(ChecksumKey))) member.WriteTo(json);
            if (checksum is not null) json.WriteString(ChecksumKey, checksum);
            json.WriteEndObject();
        }

        return written.ToArray();
    }
}
