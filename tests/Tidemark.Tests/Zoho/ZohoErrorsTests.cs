using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoErrorsTests
{
    [Theory]
    [InlineData(429, "TOO_MANY_REQUESTS", "zoho.rate_limited", FailureKind.Transient, 3)]
    [InlineData(429, "RATE_LIMIT_EXCEEDED", "zoho.rate_limited", FailureKind.Transient, 3)]
    [InlineData(429, "A_CODE_OF_TOMORROW", "zoho.rate_limited", FailureKind.Transient, 3)]
    [InlineData(400, "TOO_MANY_REQUESTS", "zoho.rate_limited", FailureKind.Transient, 3)]
    [InlineData(200, "RATE_LIMIT_EXCEEDED", "zoho.rate_limited", FailureKind.Transient, 3)]
    [InlineData(401, "OAUTH_SCOPE_MISMATCH", "zoho.scope_missing", FailureKind.Configuration, 1)]
    [InlineData(401, "AUTHENTICATION_FAILURE", "zoho.unauthorized", FailureKind.Configuration, 1)]
    [InlineData(403, "NO_PERMISSION", "zoho.forbidden", FailureKind.Configuration, 1)]
    [InlineData(400, "AUTHORIZATION_FAILED", "zoho.forbidden", FailureKind.Configuration, 1)]
    [InlineData(500, "INTERNAL_ERROR", "zoho.unavailable", FailureKind.Transient, 3)]
    [InlineData(400, "INTERNAL_SERVER_ERROR", "zoho.unavailable", FailureKind.Transient, 3)]
    [InlineData(400, "LIMIT_REACHED", "zoho.limit_reached", FailureKind.Upstream, 1)]
    [InlineData(400, "not a code", "zoho.refused", FailureKind.Upstream, 1)]
    public async Task An_error_is_named_wherever_it_stands_and_asked_again_where_that_may_help(
        int status, string said, string code, FailureKind kind, int asked)
    {
        var error = $$$"""{"code":"{{{said}}}","details":{},"message":"Zoho says no","status":"error"}""";
        foreach (var body in new[] { error, $$"""{"data":[{{error}}]}""" })
        {
            var (failure, times) = await Played.RefusalAsync(Api, HttpCall.Get("/crm/v8/Leads"), status, body);
            (failure.Code, failure.Kind, times).ShouldBe((code, kind, asked), body);
        }
    }

    [Theory]
    [InlineData(401, "", "zoho.unauthorized", 1)]
    [InlineData(404, "<html></html>", "zoho.refused", 1)]
    [InlineData(429, "slow down", "zoho.rate_limited", 3)]
    [InlineData(502, "<html>Bad gateway</html>", "zoho.unavailable", 3)]
    [InlineData(200, "<html>Welcome</html>", "source.not_json", 3)]
    public async Task An_answer_that_is_not_Zohos_is_judged_by_its_status(int status, string body, string code, int asked)
    {
        var (failure, times) = await Played.RefusalAsync(Api, HttpCall.Get("/crm/v8/Leads"), status, body);
        (failure.Code, times).ShouldBe((code, asked));
    }

    private static HttpApi Api => new(new Uri("https://www.zohoapis.com")) { Classify = ZohoErrors.Classify, Retries = 2 };
}
