using System.CommandLine;
using Tidemark.Commands.Definitions;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
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
            var backup = await BackupVerb.FindAsync(session, session.Get(name));
            var path = ServerClient.Path($"backups/{ServerClient.Part(backup.Filename)}/restore", ("mode", EnumWord.Of(chosen)));
            if (session.Get(dryRun) || question.IsNeeded(session))
            {
                var trial = await session.WaitAsync("Looking at what the restore would change", () => session.AskAsync(
                    async home =>
                    {
                        var request = await home.Requests.RestoreAsync(backup.Filename, chosen, session.Stop);
                        return RestoreTrialAnswer.Of(request, await home.TryAsync(request, session.Stop));
                    },
                    server => server.GetAsync(path, WireJson.Default.RestoreTrialAnswer, session.Stop)));
                if (!session.IsQuiet || !session.Get(dryRun)) TrialReport.Write(session.Prose, trial);
                if (session.Get(dryRun))
                {
                    if (session.IsJson) session.WriteJson(trial, WireJson.Default.RestoreTrialAnswer);
                    session.Say("Nothing was changed.");
                    return ExitCode.Done;
                }
            }

            if (!await question.AskAsync(session, $"Restore {Printable.Of(backup.Filename)} into the tables of {Printable.Of(backup.Pipeline)}?"))
                return ExitCode.Cancelled;
            var restored = await WatchedRun.WaitAsync(
                session, async home => await home.Requests.RestoreAsync(backup.Filename, chosen, session.Stop),
                server => server.PostAsync(path, null, WireJson.Default.RunAnswer, session.Stop));
            if (restored.Status != RunStatus.Succeeded) return WatchedRun.Reported(session, restored);
            if (session.IsJson) session.WriteJson(RestoreAnswer.Of(restored, backup.Filename, chosen), WireJson.Default.RestoreAnswer);
            foreach (var table in restored.Streams)
            {
                session.Say($"{Printable.Of(table.Table)}: {RunReport.Number(table.Created)} rows restored, "
                    + $"{RunReport.Number(table.Unchanged)} were there already, {RunReport.Number(table.Deleted)} deleted.");
            }

            BackupVerb.SayUnsealed(session, backup);
            session.Say($"The next run of {Printable.Of(backup.Pipeline)} reads everything ({restored.Run}).");
            if (await PipelineVerb.FindAsync(session, backup.Pipeline) is not { UndoRuns: 0 }) session.Say($"Take it back: tidemark run undo {restored.Run}");
            return ExitCode.Done;
        });
        return verb;
    }
}
