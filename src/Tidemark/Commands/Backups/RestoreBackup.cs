using System.CommandLine;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup restore</c>: brings the rows of a backup back, all or none.</summary>
internal static class RestoreBackup
{
    public static Verb Create()
    {
        var name = BackupVerb.Name();
        var mode = WordOption.Of<RestoreMode>(
            "--mode", "missing restores rows that are gone, overwrite restores all rows, exact also deletes other rows. [default: missing]");
        var exact = new Option<bool>("--exact") { Description = "Short for --mode exact." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would come back, stay and go, and change nothing." };
        var question = new Confirmation();
        var verb = new Verb("restore",
            "Restores the rows of a backup, all or none; verifies the backup first. On a terminal it shows the figures and asks.",
            "tidemark backup restore NAME", "tidemark backup restore NAME --exact", "tidemark backup restore NAME --exact --dry-run")
        {
            name, mode, exact, dryRun, question.Yes,
        };
        verb.Watches();
        verb.Runs(async session =>
        {
            UsageCheck.Require(
                !session.Get(exact) || !session.Has(mode) || session.Get(mode) == RestoreMode.Exact,
                "Use --exact or --mode, not both.");
            var chosen = session.Get(exact) ? RestoreMode.Exact : session.Get(mode);
            var home = await session.OpenHomeAsync();
            var request = await home.Requests.RestoreAsync(session.Get(name), chosen, session.Stop);
            var pipeline = await home.Definitions.PipelineAsync(request.Pipeline, session.Stop);
            if (session.Get(dryRun) || question.IsNeeded(session))
            {
                var trial = await session.WaitAsync("Looking at what the restore would change", () => home.TryAsync(request, session.Stop));
                if (!session.IsQuiet || !session.Get(dryRun)) TrialReport.Write(session.Prose, trial);
                if (session.Get(dryRun))
                {
                    if (session.IsJson) session.WriteJson(RestoreTrialAnswer.Of(request, trial), WireJson.Default.RestoreTrialAnswer);
                    session.Say("Nothing was changed.");
                    return ExitCode.Done;
                }
            }

            if (!await question.AskAsync(session, $"Restore {Printable.Of(request.Backup)} into the tables of {Printable.Of(pipeline.Name)}?"))
                return ExitCode.Cancelled;
            var restored = await WatchedRun.WaitAsync(session, home, request);
            if (restored.Status != RunStatus.Succeeded)
            {
                await WatchedRun.WriteAsync(session, home, restored);
                return ExitCode.Of(restored);
            }

            if (session.IsJson) session.WriteJson(RestoreAnswer.Of(restored, request), WireJson.Default.RestoreAnswer);
            foreach (var table in restored.Streams)
            {
                session.Say($"{Printable.Of(table.Table)}: {RunReport.Number(table.Created)} rows restored, "
                    + $"{RunReport.Number(table.Unchanged)} were there already, {RunReport.Number(table.Deleted)} deleted.");
            }

            BackupVerb.SayUnsealed(session, await home.Backups.FindAsync(request.Backup, session.Stop));
            session.Say($"The next run of {Printable.Of(pipeline.Name)} reads everything ({restored.Run}).");
            if (pipeline.UndoRuns > 0) session.Say($"Take it back: tidemark run undo {restored.Run}");
            return ExitCode.Done;
        });
        return verb;
    }
}
