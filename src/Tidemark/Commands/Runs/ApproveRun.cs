using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run approve</c>: lets a parked run delete what it would.</summary>
internal static class ApproveRun
{
    public static Verb Create()
    {
        var (choice, question) = (new RunChoice(), new Confirmation());
        var verb = choice.AddTo(new Verb(
            "approve", "Publishes the changes of a parked run, beyond the limits. On a terminal it shows them and asks.",
            "tidemark run approve last", "tidemark run approve last --yes")
        {
            question.Yes,
        });
        verb.Watches();
        verb.Runs(async session =>
        {
            var parked = await choice.FindAsync(session, RunAct.Approve);
            var waits = parked.Status == RunStatus.Parked; // what does not is refused by the act itself
            if (waits && question.IsNeeded(session)) Show(session, parked.ToResult());
            if (waits && !await question.AskAsync(session, $"Approve {parked.Run} of {Printable.Of(parked.Pipeline)}?")) return ExitCode.Cancelled;
            return await WatchedRun.RunAsync(
                session, async home => await home.Requests.ApproveAsync(parked.Run, session.Stop),
                server => server.PostAsync($"runs/{parked.Run}/approve", null, WireJson.Default.RunAnswer, session.Stop));
        });
        return verb;
    }

    private static void Show(Session session, RunResult parked)
    {
        ErrorReport.WriteProblems(session.Prose, parked.Problems);
        if (parked.Plan is { } plan) PlanReport.Write(session.Prose, plan, canSave: false);
        else session.Say("It has not compared its changes with the table: the approval reads again, and makes all changes that it finds.");
    }
}
