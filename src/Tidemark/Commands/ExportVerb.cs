using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark export</c>: every definition as YAML, without secrets.</summary>
internal static class ExportVerb
{
    public static Verb Create()
    {
        var verb = new Verb("export", "Prints every definition as YAML, without secrets.",
            "tidemark export > tidemark.yaml");
        verb.Runs(async session =>
        {
            var yaml = await session.AskAsync(
                home => new DefinitionFile(home.Definitions, session.Variable).ExportAsync(session.Stop), server => server.GetTextAsync("definitions", session.Stop));
            if (session.IsJson) session.WriteJson(new ExportAnswer(yaml), WireJson.Default.ExportAnswer);
            else await session.Terminal.Output.WriteAsync($"# yaml-language-server: $schema=tidemark.schema.json\n{yaml}");
            return ExitCode.Done;
        });
        return verb;
    }
}
