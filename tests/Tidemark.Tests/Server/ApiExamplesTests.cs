using System.Text.Json;
using Shouldly;
using Tidemark.Server.Api;
using Tidemark.Server.Api.Answers;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>The examples of the OpenAPI document are what the API takes and answers with.</summary>
public sealed class ApiExamplesTests
{
    public static TheoryData<Type> Records => [.. ApiExamples.Records.Keys];

    [Theory, MemberData(nameof(Records))]
    public void An_example_has_the_keys_of_its_record_and_all_that_are_required(Type record)
    {
        var type = ApiJson.Default.GetTypeInfo(record)!;
        var example = JsonElement.Parse(ApiExamples.Records[record]);

        if (record == typeof(ProblemDocument)) example.EnumerateObject().Select(property => property.Name).Except(type.Properties.Select(property => property.Name)).ShouldBeEmpty();
        else Should.NotThrow(() => example.Deserialize(type)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_document_has_an_example_for_every_body_in_JSON_and_each_definition_is_taken_as_it_stands()
    {
        await using var bench = await ServerBench.StartAsync(customers: 20);
        var document = JsonElement.Parse(await bench.Anybody.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), ServerBench.Cancel));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var lacking = new List<string>();
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api/v1/", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Value.TryGetProperty("requestBody", out _)))
            {
                if (!operation.Value.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out var json)) continue;
                var isShown = json.TryGetProperty("example", out _)
                    || (json.GetProperty("schema").TryGetProperty("$ref", out var reference) && schemas.GetProperty(reference.GetString()!.Split('/')[^1]).TryGetProperty("examples", out _));
                if (!isShown) lacking.Add($"{operation.Name} {path.Name}");
            }
        }

        lacking.ShouldBe(["put /api/v1/definitions"], "its example is the file itself");
        foreach (var (path, name) in new[] { ("sources", "shop"), ("destinations", "warehouse"), ("channels", "ops"), ("pipelines", "payments"), ("alerts", "nightly") })
        {
            var example = ApiExamples.Definitions[$"api/v1/{path}/{{name}}"].Replace("…", "x", StringComparison.Ordinal);
            await bench.DoAsync(HttpMethod.Put, $"{path}/{name}", example);
        }
    }
}
