using System.IO.Hashing;

namespace Tidemark.Engine.Records;

/// <summary>
/// The hash of a value, a record or a row that destinations, backups and the catalog store, and so never changes: XXH64.
/// </summary>
public static class ContentHash
{
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0) => XxHash64.HashToUInt64(bytes, unchecked((long)seed));
}
