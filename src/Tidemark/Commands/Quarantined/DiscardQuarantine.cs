using System.CommandLine;
using Spectre.Console;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Quarantined;

/// <summary><c>tidemark quarantine discard</c>: gives records up, for good.</summary>
internal static class DiscardQuarantine
{
    public static Verb Create()
    {
        var ids = QuarantineVerb.Ids(ArgumentArity.OneOrMore);
        var yes = new Option<bool>("--yes") { Description = "Do not ask for confirmation." };
        var verb = new Verb("discard", "Removes records from quarantine without writing them; the log of their run says who did it.",
            "tidemark quarantine discard 12", "tidemark quarantine discard 12 13 --yes")
        {
            ids, yes,
        };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var discarded = session.Get(ids).Distinct().ToList();
            foreach (var id in discarded) await home.Quarantine.GetAsync(id, session.Stop);
            if (!session.Get(yes) && !await AskAsync(session, discarded.Count)) return ExitCode.Cancelled;
            await home.Quarantine.DiscardAsync(discarded, Environment.UserName, session.Stop);
            if (session.IsJson) session.WriteJson(new DiscardedAnswer(discarded), WireJson.Default.DiscardedAnswer);
            session.Say($"{discarded.Count} {(discarded.Count == 1 ? "record is" : "records are")} discarded.");
            return ExitCode.Done;
        });
        return verb;
    }

    /// <exception cref="TidemarkException"><c>quarantine.not_confirmed</c> (usage): nobody can be asked.</exception>
    private static async Task<bool> AskAsync(Session session, int count)
    {
        if (!session.IsInteractive)
        {
            throw new TidemarkException(FailureKind.Usage, "quarantine.not_confirmed",
                "Records that are discarded are gone, and there is nobody here to ask.")
            {
                Hint = "Say --yes.",
            };
        }

        var question = new ConfirmationPrompt($"Give up {count} {(count == 1 ? "record" : "records")} for good?")
        {
            DefaultValue = false,
        };
        return await question.ShowAsync(session.Prose, session.Stop);
    }
}
