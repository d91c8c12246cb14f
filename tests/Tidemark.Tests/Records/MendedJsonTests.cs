using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Json;
using Xunit;

namespace Tidemark.Tests.Records;

public sealed class MendedJsonTests
{
    [Theory]
    [InlineData("""{"a":NaN}""", """{"a":"-"}""")]
    [InlineData("""{"a":-Infinity,"b":1}""", """{"a":"-------","b":1}""")]
    [InlineData("""{"a":1,}""", """{"a":1 }""")]
    [InlineData("""[1,,2]""", """[1 ,2]""")]
    [InlineData("""[01,+1,.5]""", """["","",""]""")]
    [InlineData("""{"a":"x\q","b":"\u12"}""", """{"a":"x  ","b":"  12"}""")]
    [InlineData("{\"a\":\"b\nc\"}", "{\"a\":\"b c\"}")]
    [InlineData("""{ab:1}""", """{"":1}""")]
    public void R7_what_is_no_json_is_replaced_by_something_of_the_same_length(string text, string mended)
    {
        var found = MendedJson.Of(Encoding.UTF8.GetBytes(text)).ShouldNotBeNull();
        found.Text.Length.ShouldBe(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetString(found.Text).ShouldBe(mended);
    }

    [Theory]
    [InlineData("""{"a":[1,2.5e-3,true,null,"\u00e9\\\"\n",{}]}""")]
    [InlineData("""{"a":"un""")]
    [InlineData("")]
    public void R7_json_and_the_beginning_of_json_are_not_mended(string text) =>
        MendedJson.Of(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData("""{"a":[1,2""", true)]
    [InlineData("""{"a":"x""", true)]
    [InlineData("""{"a":NaN""", false)]
    [InlineData("""{"a":1}}""", false)]
    public void R7_text_that_was_cut_short_is_told_from_text_that_is_wrong(string text, bool isCutShort) =>
        MendedJson.IsCutShort(Encoding.UTF8.GetBytes(text)).ShouldBe(isCutShort);

    [Theory]
    [InlineData("""{"id":1,"x":NaN,"y":2}""", """NaN,"y":2}""")]
    [InlineData("{\"id\":1,\"x\":\"a\u0001b\"}", "\"a b\"}")]
    [InlineData("""{"id":1}""", "")]
    public void R7_the_place_where_a_record_is_no_json_is_shown(string text, string flaw) =>
        MendedJson.Flaw(Encoding.UTF8.GetBytes(text)).ShouldBe(flaw);

    [Fact]
    public void R7_whatever_bytes_stand_in_a_text_mending_ends_and_keeps_its_length() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), noise =>
        {
            var text = Encoding.UTF8.GetBytes($$"""{"data":[{"id":1,"x":{{noise.Get}}},{"id":2}]}""");
            var mended = MendedJson.Of(text);
            return mended is null || mended.Text.Length == text.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R7_a_body_is_read_however_deep_it_is_nested()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        var reader = ForeignJson.Reader(Encoding.UTF8.GetBytes(deep));
        while (reader.Read()) reader.TokenType.ShouldBeOneOf(JsonTokenType.StartArray, JsonTokenType.EndArray);
    }
}
