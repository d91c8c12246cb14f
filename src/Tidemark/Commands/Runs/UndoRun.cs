using System.CommandLine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run undo</c>: the rows as they were before a run.</summary>
internal static class UndoRun
{
    public static Verb Create()
    {
        var (choice, question) = (new RunChoice(), new Confirmation());
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would come back, go and stay, and change nothing." };
        var verb = choice.AddTo(new Verb(
            "undo", "Undoes the changes of a run; lists rows changed since, and leaves them alone. On a terminal it shows the figures and asks.",
            "tidemark run undo last", "tidemark run undo last --dry-run", "tidemark run undo 20261122-1015 --json")
        {
            dryRun, question.Yes,
        });
        verb.Watches();
        verb.Runs(async session =>
        {
            var undone = await choice.FindAsync(session, RunAct.Undo);
            if (session.Get(dryRun) || question.IsNeeded(session))
            {
                Show(session, await session.WaitAsync($"Looking at what the undo of {undone.Run} would change", () => session.AskAsync(
                    async home => UndoTrialAnswer.Of(await home.TryAsync(await home.Requests.UndoAsync(undone.Run, session.Stop), session.Stop)),
                    server => server.GetAsync($"runs/{undone.Run}/undo", WireJson.Default.UndoTrialAnswer, session.Stop))));
            }

            if (session.Get(dryRun)) return ExitCode.Done;
            if (!await question.AskAsync(session, $"Undo {undone.Run} of {Printable.Of(undone.Pipeline)}?")) return ExitCode.Cancelled;
            return await WatchedRun.RunAsync(
                session, async home => await home.Requests.UndoAsync(undone.Run, session.Stop),
                server => server.PostAsync($"runs/{undone.Run}/undo", null, WireJson.Default.RunAnswer, session.Stop));
        });
        return verb;

        void Show(Session session, UndoTrialAnswer trial)
        {
            if (!session.IsQuiet || !session.Get(dryRun)) TrialReport.Write(session.Prose, trial);
            if (!session.Get(dryRun)) return;
            if (session.IsJson) session.WriteJson(trial, WireJson.Default.UndoTrialAnswer);
            session.Say("Nothing was changed.");
        }
    }
}
