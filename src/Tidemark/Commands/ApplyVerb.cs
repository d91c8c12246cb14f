using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Wire;
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
            if (session.Get(dryRun)) return await session.LookAsync(home => ShowAsync(session, In(session, home, session.Get(file)!), yaml, session.Get(prune)));
            var home = await session.MakeHomeAsync();
            var definitions = In(session, home, session.Get(file)!);
            var removals = session.Get(prune) ? await RemovalsAsync(session, definitions, yaml, question) : [];
            if (removals is null) return ExitCode.Cancelled;
            foreach (var applied in await definitions.ApplyAsync(yaml, removals, session.Stop))
                Definitions.SavedDefinition.Report(session, DefinitionChangeAnswer.Of(applied));
            return ExitCode.Done;
        }, async (session, server) =>
        {
            UsageCheck.Require(session.Get(file) is not null && session.Get(plan) is null, "With --server, apply takes --file.");
            UsageCheck.Require(session.Get(prune) || !session.Get(question.Yes), "--yes needs --prune.");
            var text = await ReadAsync(session, session.Get(file)!);
            Task<IReadOnlyList<DefinitionChangeAnswer>> SendAsync(bool isTrial) => server.PutTextAsync(
                ServerClient.Path("definitions", ("dry_run", isTrial ? "true" : null), ("prune", session.Get(prune) ? "true" : null)), text, "application/yaml",
                WireJson.Default.DefinitionChangeAnswer, session.Stop);
            if (!session.Get(dryRun) && session.Get(prune) && !await MayRemoveAsync(session, [.. (await SendAsync(isTrial: true)).Where(change => change.Change == "removed")], question)) return ExitCode.Cancelled;
            foreach (var change in await SendAsync(session.Get(dryRun))) Definitions.SavedDefinition.Report(session, change);
            if (session.Get(dryRun)) session.Say("Nothing was saved.");
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>Variables are those of .env beside the file, where it has some, then those of every command.</summary>
    private static DefinitionFile In(Session session, Home home, string file) => new(home.Definitions, file == "-" ? session.Variable : session.VariablesOf(file));

    private static async Task<int> ShowAsync(Session session, DefinitionFile definitions, string yaml, bool prunes)
    {
        foreach (var compared in await definitions.CompareAsync(yaml, prunes, session.Stop))
            Definitions.SavedDefinition.Report(session, DefinitionChangeAnswer.Of(compared));
        session.Say("Nothing was saved.");
        return ExitCode.Done;
    }

    /// <summary>What the file does not name, once somebody has agreed that it goes; null where nobody has.</summary>
    private static async Task<IReadOnlyList<AppliedDefinition>?> RemovalsAsync(Session session, DefinitionFile definitions, string yaml, Confirmation question)
    {
        var removals = (await definitions.CompareAsync(yaml, prunes: true, session.Stop))
            .Where(compared => compared.Change == DefinitionChange.Removed).ToList();
        return await MayRemoveAsync(session, [.. removals.Select(DefinitionChangeAnswer.Of)], question) ? removals : null;
    }

    private static async Task<bool> MayRemoveAsync(Session session, IReadOnlyList<DefinitionChangeAnswer> removals, Confirmation question)
    {
        if (removals.Count == 0) return true;
        var names = string.Join(", ", removals.Select(removal => $"{removal.Kind} {Printable.Of(removal.Name)}"));
        var refusal = new TidemarkException(FailureKind.Usage, "apply.not_confirmed", $"The file does not name {names}; --prune would remove them.")
        {
            Hint = "Say --yes to remove them.",
        };
        return await question.AskAsync(session, $"Remove {names}? No data is deleted.", refusal);
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
