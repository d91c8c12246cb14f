using System.Text;
using Shouldly;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Records;

/// <summary>What must not be stored is out of a record before anything else sees it, and the rest is as it was sent.</summary>
public sealed class RecordMaskTests
{
    private static readonly byte[] Key = [1, 2, 3];

    [Theory]
    [InlineData("""{"id":1,"email":"a@b","n":1.50}""", """{"id":1,"n":1.50}""")]
    [InlineData("""{ "email" : {"x":[1]} , "id" : 1 }""", """{"id":1}""")]
    [InlineData("""{"id":1,"\u0065mail":"a@b"}""", """{"id":1}""")]
    [InlineData("""{"email":1,"email":2}""", """{}""")]
    [InlineData("""{"id":"\ud800","note":"email"}""", """{"id":"\ud800","note":"email"}""")]
    [InlineData("""{"address":{"line1":"x","city":"y"},"lines":[{"tax":1,"n":2},3,{"n":4}]}""", """{"address":{"city":"y"},"lines":[{"n":2},3,{"n":4}]}""")]
    [InlineData("""{"address":"line1","lines":null}""", """{"address":"line1","lines":null}""")]
    public void An_excluded_place_is_left_out(string record, string left) =>
        Apply(record, new("e", "email", Masking.Exclude), new("a", "address/line1", Masking.Exclude), new("l", "lines/tax", Masking.Exclude)).ShouldBe(left);

    [Fact]
    public void A_masked_place_is_null_or_a_hash_that_is_the_same_for_the_same_text()
    {
        var hash = RecordMask.Hash(Key, "ada"u8);
        MaskRule[] rules = [new("n", "name", Masking.Hash), new("p", "phone", Masking.Null)];

        hash.ShouldMatch("^hash-[0-9a-f]{32}$");
        Apply("""{"name":"ada","phone":"1"}""", rules).ShouldBe($$"""{"name":"{{hash}}","phone":null}""");
        Apply("""{"name":"\u0061da","phone":{"x":1}}""", rules).ShouldBe($$"""{"name":"{{hash}}","phone":null}""");
        Apply($$"""{"name":"{{hash}}"}""", rules).ShouldBe($$"""{"name":"{{hash}}"}""");
        Apply("""{"name":null}""", rules).ShouldBe("""{"name":null}""");
        Apply("""{"name":{"first":"ada"}}""", rules).ShouldNotContain("ada");
        Apply("""{"name":17}""", rules).ShouldBe($$"""{"name":"{{RecordMask.Hash(Key, "17"u8)}}"}""");
        RecordMask.Hash([1, 2, 4], "ada"u8).ShouldNotBe(hash);
    }

    [Theory]
    [InlineData("""{"email":"a@b",}""")]
    [InlineData("""{"email":"a@b"} {}""")]
    [InlineData("""["email"]""")]
    [InlineData("")]
    public void What_is_no_JSON_object_is_not_masked_but_refused(string record) =>
        new RecordMask([new("e", "email", Masking.Exclude)], Key).TryApply(Encoding.UTF8.GetBytes(record), out _).ShouldBeFalse();

    [Fact]
    public void A_place_that_no_record_has_is_known_afterwards()
    {
        var mask = new RecordMask([new("email", "email", Masking.Exclude), new("phone", "contact/phone", Masking.Null), new("x", "x", Masking.Hash)], Key);

        mask.TryApply("""{"email":null,"contact":{}}"""u8, out _);

        mask.Unmet.Select(rule => rule.Name).ShouldBe(["phone", "x"], ignoreOrder: true);
    }

    private static string Apply(string record, params MaskRule[] rules)
    {
        new RecordMask(rules, Key).TryApply(Encoding.UTF8.GetBytes(record), out var masked).ShouldBeTrue();
        return Encoding.UTF8.GetString(masked);
    }
}
