using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Engine.Wire;
using Xunit;

namespace Tidemark.Tests.Wire;

public sealed class WireSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_schemas_of_all_answers_are_those_that_were_approved()
    {
        var text = new StringBuilder();
        var answers = typeof(WireJson).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!);
        foreach (var answer in answers.OrderBy(answer => answer.Name, StringComparer.Ordinal))
            text.Append(answer.Name).Append(' ').Append(WireJson.Schema(answer).ToJsonString(Indented)).Append('\n');

        text.ToString().ShouldBeApproved("schemas.txt");
    }
}
