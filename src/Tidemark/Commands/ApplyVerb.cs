using System.CommandLine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>
/// <c>tidemark apply</c>: saves the definitions of a YAML or JSON file, all or none; or does what a saved plan says, and nothing else.
/// </summary>
internal static class ApplyVerb
{
    public static Verb Create()
    {
        var file = new Option<string?>("--file", "-f")
        {
            Description = "YAML or JSON file with definitions; - reads standard input.",
            HelpName = "FILE",
        };
        var plan = new Option<string?>("--plan")
        {
            Description = "Plan saved by `tidemark sync --dry-run --save`; refused if it no longer holds.",
            HelpName = "FILE",
        };
        var verb = new Verb("apply", "Saves the definitions of a file, all or none, or carries out a saved plan.",
            "tidemark apply -f tidemark.yaml", "tidemark apply -f - < tidemark.yaml",
            "tidemark apply --plan plan.jsonl") { file, plan };
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(file) is null != session.Get(plan) is null, "Give --file or --plan.");
            if (session.Get(plan) is { } saved) return await CarryOutAsync(session, saved);
            var yaml = await ReadAsync(session, session.Get(file)!);
            var home = await session.MakeHomeAsync();
            var definitions = new DefinitionFile(home.Definitions, session.Terminal.Variable);
            foreach (var applied in await definitions.ApplyAsync(yaml, session.Stop))
                Definitions.SavedDefinition.Report(session, applied.Kind, applied.Name, applied.Change);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<int> CarryOutAsync(Session session, string file)
    {
        var plan = await PlanFile.ReadAsync(file, session.Stop);
        var home = await session.OpenHomeAsync();
        return await WatchedRun.RunAsync(session, home, RunRequests.CarryOut(plan));
    }

    private static async Task<string> ReadAsync(Session session, string file)
    {
        try
        {
            // One letter more than fits is enough to be refused.
            return file == "-"
                ? await SmallText.ReadAsync(session.Terminal.Input, DefinitionFile.MaxBytes + 1, session.Stop)
                : await SmallText.ReadAsync(file, DefinitionFile.MaxBytes + 1, session.Stop);
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
