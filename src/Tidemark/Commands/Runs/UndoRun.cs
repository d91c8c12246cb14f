using Tidemark.Output;

namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run undo</c>: the rows as they were before a run.</summary>
internal static class UndoRun
{
    public static Verb Create()
    {
        var choice = new RunChoice();
        var verb = choice.AddTo(new Verb(
            "undo", "Undoes the changes of a run; lists rows changed since, and leaves them alone.",
            "tidemark run undo last", "tidemark run undo 20261122-1015 --json"));
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var undo = await home.Requests.UndoAsync(await choice.FindToActAsync(session, home), session.Stop);
            var result = await WatchedRun.WaitAsync(session, home, $"Undoing {undo.Run}", undo);
            await WatchedRun.WriteAsync(session, home, result);
            return ExitCode.Of(result);
        });
        return verb;
    }
}
