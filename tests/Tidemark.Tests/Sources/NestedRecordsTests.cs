using System.Text;
using Shouldly;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class NestedRecordsTests
{
    private static readonly KeyValuePair<string, string>[] Carried = [new("parent", "id"), new("place", "at/place")];

    [Theory]
    [InlineData("""{"id":"p","items":[{"a":1},{"b":[2]}],"at":{"place":{"x":1}}}""",
        """{"parent":"p","place":{"x":1},"a":1} {"parent":"p","place":{"x":1},"b":[2]}""")]
    [InlineData("""{"id":7,"items":[{ }]}""", """{"parent":7}""")]
    [InlineData("""{"items":[{ "a":1}]}""", """{"a":1}""")]
    [InlineData("""{"id":"p","items":[]}""", "")]
    [InlineData("""{"id":"p","items":null}""", "")]
    [InlineData("""{"id":"p"}""", "")]
    [InlineData("""{"id":"p","items":["text",null]}""", "\"text\" null")]
    public void Inner_records_carry_what_is_wanted_of_their_outer_one(string outer, string inner)
    {
        using var builder = new HttpPageBuilder();
        builder.Add(Encoding.UTF8.GetBytes(outer));
        using var page = NestedRecords.Unfold(builder.ToPage(), "items", Carried);
        string.Join(' ', Enumerable.Range(0, page.Records.Count).Select(at => Encoding.UTF8.GetString(page.Record(at).Span)))
            .ShouldBe(inner);
    }

    [Theory]
    [InlineData("errors/0/code", "first")]
    [InlineData("errors/1/code", "second")]
    [InlineData("errors/2/code", null)]
    [InlineData("errors/-1/code", null)]
    [InlineData("errors/code", null)]
    [InlineData("errors/0", """{"code":"first"}""")]
    public void A_path_leads_into_arrays_by_the_place(string path, string? text)
    {
        var json = """{"id":1,"errors":[{"code":"first"},{"code":"second"}]}"""u8;
        JsonPlace.Find(json, path)?.Text(json).ShouldBe(text);
        (JsonPlace.Find(json, path) is null).ShouldBe(text is null);
    }
}
