using System.CommandLine;
using Tidemark.Engine;
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
        var dryRun = new Option<bool>("--dry-run") { Description = "With --file: show what would change, field by field, and save nothing." };
        var prune = new Option<bool>("--prune")
        {
            Description = "With --file: remove sources, destinations and pipelines that the file does not name; shows them and asks.",
        };
        var question = new Confirmation("With --prune: do not ask.");
        var verb = new Verb("apply", "Saves the definitions of a file, all or none, or carries out a saved plan.",
            "tidemark apply -f tidemark.yaml", "tidemark apply -f - < tidemark.yaml",
            "tidemark apply -f tidemark.yaml --dry-run --prune", "tidemark apply --plan plan.jsonl") { file, dryRun, prune, question.Yes, plan };
        verb.Watches();
        verb.Runs(async session =>
        {
            UsageCheck.Require(session.Get(file) is null != session.Get(plan) is null, "Give --file or --plan.");
            UsageCheck.Require(
                session.Get(file) is not null || !(session.Get(dryRun) || session.Get(prune)), "--dry-run and --prune need --file.");
            UsageCheck.Require(session.Get(prune) || !session.Get(question.Yes), "--yes needs --prune.");
            if (session.Get(plan) is { } saved) return await CarryOutAsync(session, saved);
            var yaml = await ReadAsync(session, session.Get(file)!);
            if (session.Get(dryRun)) return await session.LookAsync(home => ShowAsync(session, home, yaml, session.Get(prune)));
            var home = await session.MakeHomeAsync();
            var removals = session.Get(prune) ? await RemovalsAsync(session, home, yaml, question) : [];
            if (removals is null) return ExitCode.Cancelled;
            foreach (var applied in await In(session, home).ApplyAsync(yaml, removals, session.Stop))
                Definitions.SavedDefinition.Report(session, applied);
            return ExitCode.Done;
        });
        return verb;
    }

    private static DefinitionFile In(Session session, Home home) => new(home.Definitions, session.Variable);

    private static async Task<int> ShowAsync(Session session, Home home, string yaml, bool prunes)
    {
        foreach (var compared in await In(session, home).CompareAsync(yaml, prunes, session.Stop))
            Definitions.SavedDefinition.Report(session, compared);
        session.Say("Nothing was saved.");
        return ExitCode.Done;
    }

    /// <summary>What the file does not name, once somebody has agreed that it goes; null where nobody has.</summary>
    private static async Task<IReadOnlyList<AppliedDefinition>?> RemovalsAsync(Session session, Home home, string yaml, Confirmation question)
    {
        var removals = (await In(session, home).CompareAsync(yaml, prunes: true, session.Stop))
            .Where(compared => compared.Change == DefinitionChange.Removed).ToList();
        if (removals.Count == 0) return removals;
        var names = string.Join(", ", removals.Select(removal => $"{removal.Kind} {Printable.Of(removal.Name)}"));
        var refusal = new TidemarkException(FailureKind.Usage, "apply.not_confirmed", $"The file does not name {names}; --prune would remove them.")
        {
            Hint = "Say --yes to remove them.",
        };
        return await question.AskAsync(session, $"Remove {names}? No data is deleted.", refusal) ? removals : null;
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
