using System.CommandLine;
using System.Text.Json;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>
/// <c>tidemark apply</c>: saves the definitions of a YAML or JSON file, all or none; or does what a saved plan says, and nothing else.
/// </summary>
internal static class ApplyVerb
{
    private const string Removed = "removed";

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
            var document = new Document(session.Get(file)!, await ReadAsync(session, session.Get(file)!), session.Get(prune));
            if (session.Get(dryRun))
            {
                Report(session, await CompareAsync(session, document));
                session.Say("Nothing was saved.");
                return ExitCode.Done;
            }

            IReadOnlyList<DefinitionChangeAnswer> removals = document.Prunes ? [.. (await CompareAsync(session, document)).Where(change => change.Change == Removed)] : [];
            if (!await MayRemoveAsync(session, removals, question)) return ExitCode.Cancelled;
            Report(session, await session.BeginAsync(
                home => ApplyHereAsync(session, home, document, removals), server => SendAsync(session, server, document, isTrial: false)));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Report(Session session, IReadOnlyList<DefinitionChangeAnswer> changes)
    {
        foreach (var change in changes) Definitions.SavedDefinition.Report(session, change);
    }

    /// <summary>What saving the file would change. Saves nothing, and makes no home.</summary>
    private static async Task<IReadOnlyList<DefinitionChangeAnswer>> CompareAsync(Session session, Document document) => session.Server is { } server
        ? await SendAsync(session, server, document, isTrial: true)
        : await session.LookAsync<IReadOnlyList<DefinitionChangeAnswer>>(async home =>
            [.. (await In(session, home, document.File).CompareAsync(document.Text, document.Prunes, session.Stop)).Select(DefinitionChangeAnswer.Of)]);

    /// <summary>Saves the definitions, and removes those that were shown.</summary>
    private static async Task<IReadOnlyList<DefinitionChangeAnswer>> ApplyHereAsync(
        Session session, Home home, Document document, IReadOnlyList<DefinitionChangeAnswer> removals)
    {
        var applied = await In(session, home, document.File).ApplyAsync(
            document.Text, [.. removals.Select(removal => new AppliedDefinition(removal.Kind, removal.Name, DefinitionChange.Removed))], session.Stop);
        return [.. applied.Select(DefinitionChangeAnswer.Of)];
    }

    private static Task<IReadOnlyList<DefinitionChangeAnswer>> SendAsync(Session session, ServerClient server, Document document, bool isTrial) => server.PutTextAsync(
        ServerClient.Path("definitions", ("dry_run", isTrial ? "true" : null), ("prune", document.Prunes ? "true" : null)), document.Text, "application/yaml",
        WireJson.Default.DefinitionChangeAnswer, session.Stop);

    /// <summary>Variables are those of .env beside the file, where it has some, then those of every command.</summary>
    private static DefinitionFile In(Session session, Home home, string file) => new(home.Definitions, file == "-" ? session.Variable : session.VariablesOf(file));

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
        return await WatchedRun.RunAsync(session, _ => Task.FromResult<RunRequest>(RunRequests.CarryOut(plan)), server => server.PostAsync(
            "plans", JsonSerializer.SerializeToNode(PlanFileAnswer.Of(plan.WithoutSamples()), WireJson.Default.PlanFileAnswer)!.AsObject(), WireJson.Default.RunAnswer, session.Stop));
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

    /// <summary>Definitions to save.</summary>
    /// <param name="File">The file that they are of.</param>
    /// <param name="Text">What it says.</param>
    /// <param name="Prunes">Whether what it does not name is removed.</param>
    private sealed record Document(string File, string Text, bool Prunes);
}
