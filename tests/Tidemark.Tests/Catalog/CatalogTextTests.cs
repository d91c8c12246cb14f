using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Catalog;
using Xunit;

namespace Tidemark.Tests.Catalog;

public sealed class CatalogTextTests
{
    [Theory]
    [InlineData("plain, ä, 🌊, \t\r\n", "plain, ä, 🌊, \t\r\n")]
    [InlineData("a\0b", "a\u001a0000b")]
    [InlineData("\u001a", "\u001a001a")]
    public void Only_letters_that_a_database_refuses_are_written_otherwise(string text, string stored)
    {
        CatalogText.Encode(text).ShouldBe(stored);
        CatalogText.Decode(stored).ShouldBe(text);
    }

    [Fact]
    public void Halves_of_surrogate_pairs_are_kept()
    {
        CatalogText.Encode("\ud83c").ShouldBe("\u001ad83c");
        CatalogText.Encode("\udf0a\ud83c").ShouldBe("\u001adf0a\u001ad83c");
        CatalogText.Decode("\u001adf0a\u001ad83c").ShouldBe("\udf0a\ud83c");
    }

    [Theory]
    [InlineData("\u001a")]
    [InlineData("\u001a00")]
    [InlineData("\u001a0041")]
    [InlineData("\u001a+001")]
    public void What_was_stored_before_there_were_escapes_is_read_as_it_is(string stored) => CatalogText.Decode(stored).ShouldBe(stored);

    [Fact]
    public void Every_text_comes_back() => Prop.ForAll(
        Gen.Elements('a', '\0', '\u001a', '0', 'd', '8', '\ud83c', '\udf0a').ListOf().Select(letters => new string([.. letters]))
            .ToArbitrary(),
        text => CatalogText.Decode(CatalogText.Encode(text)) == text && !CatalogText.Encode(text).Contains('\0')).QuickCheckThrowOnFailure();
}
