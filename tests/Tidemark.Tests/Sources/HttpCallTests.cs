using Shouldly;
using Tidemark.Engine.Sources.Http;
using Xunit;

namespace Tidemark.Tests.Sources;

public sealed class HttpCallTests
{
    [Fact]
    public void A_query_is_escaped_and_keeps_its_order() =>
        HttpCall.Get("/v1/things").With("created[gte]", 5).With("none", (string?)null).With("q", "a b&c").Target
            .ShouldBe("/v1/things?created%5Bgte%5D=5&q=a%20b%26c");

    [Fact]
    public void A_path_may_bring_its_own_query() =>
        HttpCall.Get("/v1/items?of=sub_1").With("limit", 100).Target.ShouldBe("/v1/items?of=sub_1&limit=100");

    [Fact]
    public void Calls_are_equal_where_the_answer_must_be()
    {
        var call = HttpCall.Get("/things").With("limit", 1);
        call.ShouldBe(HttpCall.Get("/things").With("limit", 1));
        call.ShouldNotBe(call.With("after", "x"));
        call.ShouldNotBe(call.WithHeader("If-Modified-Since", "x"));
        HttpCall.Search("/s", "{}").ShouldNotBe(HttpCall.Search("/s", "[]"));
    }

    [Fact]
    public void A_label_has_no_query() => HttpCall.Get("/things?email=a@b.it").With("x", "y").Label.ShouldBe("GET /things");
}
