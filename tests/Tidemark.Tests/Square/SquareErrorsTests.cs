using Shouldly;
using Tidemark.Connectors.Square;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Square;

public sealed class SquareErrorsTests
{
    [Theory]
    [InlineData(400, "INVALID_REQUEST_ERROR", "INVALID_CURSOR", "square.cursor_gone", FailureKind.Upstream, 1)]
    [InlineData(400, "INVALID_REQUEST_ERROR", "INVALID_TIME_RANGE", "square.invalid_time_range", FailureKind.Upstream, 1)]
    [InlineData(400, "INVALID_REQUEST_ERROR", "not a code", "square.refused", FailureKind.Upstream, 1)]
    [InlineData(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED", "square.unauthorized", FailureKind.Configuration, 1)]
    [InlineData(401, "AUTHENTICATION_ERROR", "ACCESS_TOKEN_EXPIRED", "square.token_expired", FailureKind.Configuration, 1)]
    [InlineData(401, "AUTHENTICATION_ERROR", "ACCESS_TOKEN_REVOKED", "square.token_revoked", FailureKind.Configuration, 1)]
    [InlineData(403, "AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", "square.permission_missing", FailureKind.Configuration, 1)]
    [InlineData(403, "AUTHENTICATION_ERROR", "FORBIDDEN", "square.forbidden", FailureKind.Configuration, 1)]
    [InlineData(404, "INVALID_REQUEST_ERROR", "NOT_FOUND", "square.not_found", FailureKind.Configuration, 1)]
    [InlineData(429, "RATE_LIMIT_ERROR", "RATE_LIMITED", "square.rate_limited", FailureKind.Transient, 3)]
    [InlineData(500, "API_ERROR", "INTERNAL_SERVER_ERROR", "square.unavailable", FailureKind.Transient, 3)]
    [InlineData(200, "API_ERROR", "INTERNAL_SERVER_ERROR", "square.unavailable", FailureKind.Transient, 3)]
    [InlineData(200, "RATE_LIMIT_ERROR", "RATE_LIMITED", "square.rate_limited", FailureKind.Transient, 3)]
    [InlineData(200, "INVALID_REQUEST_ERROR", "INVALID_VALUE", "square.invalid_value", FailureKind.Upstream, 1)]
    public async Task An_error_is_named_and_asked_again_where_that_may_help(
        int status, string category, string said, string code, FailureKind kind, int asked)
    {
        var (failure, times) = await SendAsync(status, $$"""{"errors":[{"category":"{{category}}","code":"{{said}}","detail":"Square says no"}]}""");
        (failure.Code, failure.Kind, times).ShouldBe((code, kind, asked));
    }

    [Theory]
    [InlineData(400, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>", "square.unavailable", 3)]
    [InlineData(403, "error code: 1101", "square.unavailable", 3)]
    [InlineData(503, "upstream connect error or disconnect/reset before headers", "square.unavailable", 3)]
    [InlineData(401, "", "square.unauthorized", 1)]
    [InlineData(404, "<html></html>", "square.not_found", 1)]
    [InlineData(429, "slow down", "square.rate_limited", 3)]
    [InlineData(200, "<!DOCTYPE html><title>Welcome</title>", "source.not_json", 3)]
    public async Task What_a_gateway_answers_in_Squares_place_is_not_taken_for_Squares_word(int status, string body, string code, int asked)
    {
        var (failure, times) = await SendAsync(status, body);
        (failure.Code, times).ShouldBe((code, asked));
    }

    [Fact]
    public async Task A_cursor_that_is_refused_by_its_field_is_gone_as_well() =>
        (await SendAsync(400, """{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"INVALID_VALUE","field":"cursor"}]}"""))
            .Failure.Code.ShouldBe(SquareErrors.CursorGone);

    [Fact]
    public async Task The_missing_permission_is_named()
    {
        var body = """{"errors":[{"category":"AUTHENTICATION_ERROR","code":"INSUFFICIENT_SCOPES"}]}""";
        (await SendAsync(403, body)).Failure.Message.ShouldContain("ORDERS_READ");
    }

    [Fact]
    public async Task The_token_never_stands_in_a_message()
    {
        var (failure, _) = await SendAsync(400,
            """{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"BAD_REQUEST","detail":"bad EAAA-very-secret token"}]}""");
        failure.ToString().ShouldNotContain("EAAA-very-secret");
        failure.Message.ShouldContain("bad *** token");
    }

    [Fact]
    public async Task Records_that_speak_of_errors_are_no_errors()
    {
        var answer = PlayedAnswer.Json("""{"orders":[{"id":"o","metadata":{"errors":[{"category":"API_ERROR"}]}}],"errors":[]}""");
        await using var exchange = new HttpExchange(Api, TimeProvider.System, new PlayedHandler(_ => answer));
        using var page = await exchange.SendAsync(Call, new PageShape("orders"), TestContext.Current.CancellationToken);
        page.First("id").ShouldBe("o");
    }

    private static HttpCall Call => HttpCall.Search("/v2/orders/search", "{}");

    private static HttpApi Api { get; } = SquareConnector.Api(
        new SquareOptions { AccessToken = new Secret("EAAA-very-secret"), Retries = 2, RequestsPerSecond = 0 });

    private static Task<(TidemarkException Failure, int Asked)> SendAsync(int status, string body) =>
        Played.RefusalAsync(Api, Call, status, body);
}
