using System.CommandLine;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark apply</c>: saves the definitions of a YAML file, all or none.</summary>
internal static class ApplyVerb
{
    public static Verb Create()
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "YAML file; - reads standard input.",
            HelpName = "FILE",
            Required = true,
        };
        var verb = new Verb("apply", "Saves sources, destinations and pipelines from a file, all or none.",
            "tidemark apply -f tidemark.yaml", "tidemark export --home old | tidemark apply -f - --home new") { file };
        verb.Runs(async session =>
        {
            var yaml = await ReadAsync(session, session.Get(file)!);
            var home = await session.OpenHomeAsync();
            var definitions = new DefinitionFile(home.Definitions, session.Terminal.Variable);
            foreach (var applied in await definitions.ApplyAsync(yaml, session.Stop))
                Definitions.SavedDefinition.Tell(session, applied.Kind, applied.Name, applied.Change);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<string> ReadAsync(Session session, string file)
    {
        try
        {
            return file == "-"
                ? await session.Terminal.Input.ReadToEndAsync(session.Stop)
                    : await File.ReadAllTextAsync(file, session.Stop);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "file.unreadable", $"The file {file} cannot be read.", wrong)
            {
                Hint = wrong.Message,
            };
        }
    }
}
