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
            var home = await session.OpenHomeAsync();
            var undo = await home.Requests.UndoAsync((await choice.FindAsync(session, home, RunAct.Undo)).Id, session.Stop);
            if (session.Get(dryRun) || question.IsNeeded(session))
                Show(session, UndoTrialAnswer.Of(await session.WaitAsync($"Looking at what the undo of {undo.Run} would change", () => home.TryAsync(undo, session.Stop))));
            if (session.Get(dryRun)) return ExitCode.Done;
            if (!await question.AskAsync(session, $"Undo {undo.Run} of {Printable.Of(undo.Pipeline)}?")) return ExitCode.Cancelled;
            var result = await WatchedRun.WaitAsync(session, home, undo);
            await WatchedRun.WriteAsync(session, home, result);
            return ExitCode.Of(result);
        }, async (session, server) =>
        {
            var undone = await choice.FindAsync(session, server, RunAct.Undo);
            if (session.Get(dryRun) || question.IsNeeded(session))
                Show(session, await server.GetAsync($"runs/{undone.Run}/undo", WireJson.Default.UndoTrialAnswer, session.Stop));
            if (session.Get(dryRun)) return ExitCode.Done;
            return await question.AskAsync(session, $"Undo {undone.Run} of {Printable.Of(undone.Pipeline)}?")
                ? await WatchedRun.FollowAsync(session, server, await server.PostAsync($"runs/{undone.Run}/undo", null, WireJson.Default.RunAnswer, session.Stop)) : ExitCode.Cancelled;
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
