using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Texts are as wide as terminals draw them.</summary>
public sealed class CellsTests
{
    [Theory]
    [InlineData("customers", 9)]
    [InlineData("", 0)]
    [InlineData("日本語", 6)]
    [InlineData("고객", 4)]
    [InlineData("ｱｲｳ", 3)] // halfwidth
    [InlineData("Ａ", 2)] // fullwidth
    [InlineData("cafe\u0301", 4)]
    [InlineData("n\u0303\u0300\u0316", 1)]
    [InlineData("zero\u200Bwidth", 9)]
    [InlineData("😀", 2)]
    [InlineData("👨‍👩‍👧‍👦", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("🇮🇹", 2)]
    [InlineData("❤\uFE0F", 2)]
    [InlineData("❤", 1)]
    [InlineData("…─━", 3)]
    [InlineData("𠮷", 2)]
    public void A_text_has_its_cells(string text, int cells) => Cells.Count(text).ShouldBe(cells);

    [Theory]
    [InlineData("customers", 9, "customers")]
    [InlineData("customers", 5, "cust…")]
    [InlineData("日本語", 4, "日…")] // the second would take the last cell, and one more
    [InlineData("日本語", 5, "日本…")]
    [InlineData("cafe\u0301s and bars", 5, "cafe\u0301…")]
    [InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3, "👨‍👩‍👧‍👦…")]
    [InlineData("customers", 1, "…")]
    [InlineData("customers", 0, "")]
    public void A_text_is_cut_between_signs(string text, int room, string cut) => Cells.Cut(text, room).ShouldBe(cut);

    [Fact]
    public void A_padded_text_has_the_cells_asked_for()
    {
        foreach (var text in new[] { "a", "日本語", "cafe\u0301", "👨‍👩‍👧‍👦", "a very long name of a stream" })
        {
            foreach (var room in Enumerable.Range(2, 20)) Cells.Count(Cells.Fill(text, room)).ShouldBe(room, text);
        }
    }

    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("日本語 日本語", 6, "日本語|日本語")]
    [InlineData("unbreakable", 4, "unbr|eaka|ble")]
    [InlineData("", 4, "")]
    public void A_text_goes_on_beneath(string text, int room, string lines) => string.Join('|', Cells.Wrap(text, room)).ShouldBe(lines);
}
