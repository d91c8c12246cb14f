using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Definitions;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark schema</c>: the JSON schema of the file of definitions, for editors.</summary>
internal static class SchemaVerb
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    public static Verb Create()
    {
        var verb = new Verb("schema", "Prints the JSON schema of the definition file, so that editors complete and check it.",
            "tidemark schema > tidemark.schema.json");
        verb.Runs(async session =>
        {
            JsonNode schema = session.Server is { } server ? JsonNode.Parse(await server.GetTextAsync("definitions/schema", session.Stop))! : DefinitionSchema.Of(session.Connectors);
            using var text = new MemoryStream();
            await using (var writer = new Utf8JsonWriter(text, Indented)) schema.WriteTo(writer);
            await session.Terminal.Output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(text.ToArray()));
            return ExitCode.Done;
        });
        return verb;
    }
}
