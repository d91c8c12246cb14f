using System.Text;
using Shouldly;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Records;

public sealed class ContentHashTests
{
    /// <summary>Vectors of the reference implementation (xxhsum -H64, and XXH64 with a seed).</summary>
    [Theory]
    [InlineData("", 0, 0xEF46DB3751D8E999)]
    [InlineData("a", 0, 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0, 0x44BC2CF5AD770999)]
    [InlineData("message digest", 0, 0x066ED728FCEEB3BE)]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 0, 0xCFE1F278FA89835C)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0, 0xAAA46907D3047814)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 0, 0xE04A477F19EE145D)]
    public void Hashes_are_those_of_the_reference(string text, ulong seed, ulong hash) =>
        ContentHash.Of(Encoding.ASCII.GetBytes(text), seed).ShouldBe(hash);
}
