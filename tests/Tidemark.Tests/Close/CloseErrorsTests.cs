using Shouldly;
using Tidemark.Connectors.Close;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;
using Tidemark.Tests.Sources;
using Xunit;

namespace Tidemark.Tests.Close;

public sealed class CloseErrorsTests
{
    [Theory]
    [InlineData(401, """{"error":"The API key is invalid."}""", "close.unauthorized", "401: The API key is invalid.")]
    [InlineData(401, """{"error":{"message":"No such key"}}""", "close.unauthorized", "401: No such key.")]
    [InlineData(401, """{"errors":["Unauthorized"],"field-errors":{}}""", "close.unauthorized", "Unauthorized")]
    [InlineData(401, "<html>Log in</html>", "close.unauthorized", "401.")]
    [InlineData(401, "", "close.unauthorized", "401.")]
    [InlineData(400, """{"errors":[],"field-errors":{"_limit":"Too large"}}""", "close.refused", "Too large")]
    [InlineData(400, """{"error":"The skip you set is larger than the maximum skip for this resource (max_skip = 250000)."}""", "close.skip_limit", "max_skip = 250000")]
    [InlineData(415, "Unsupported", "close.refused", "415.")]
    public async Task A_refusal_is_named_and_quoted_whatever_its_body(int status, string body, string code, string words)
    {
        var api = CloseConnector.Api(new CloseOptions { ApiKey = new Secret("api_x"), Retries = 2, RequestsPerSecond = 0 });

        var (failure, asked) = await Played.RefusalAsync(api, HttpCall.Get("/api/v1/lead/"), status, body);

        (failure.Code, asked).ShouldBe((code, 1));
        failure.Message.ShouldContain(words);
    }
}
