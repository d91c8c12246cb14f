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
            "--mode", "missing: rows that are not there come back (default). overwrite: all come back. exact: and others go.");
        var exact = new Option<bool>("--exact") { Description = "The same as --mode exact." };
        var verb = new Verb("restore", "Brings the rows of a backup back, all or none; the backup is verified first.",
            "tidemark backup restore NAME", "tidemark backup restore NAME --exact") { name, mode, exact };
        verb.Runs(async session =>
        {
            UsageCheck.Require(
                !session.Get(exact) || !session.Has(mode) || session.Get(mode) == RestoreMode.Exact,
                "--exact and --mode say different things.");
            var chosen = session.Get(exact) ? RestoreMode.Exact : session.Get(mode);
            var home = await session.OpenHomeAsync();
            var request = await home.Requests.RestoreAsync(session.Get(name), chosen, session.Stop);
            var pipeline = await home.Definitions.PipelineAsync(request.Pipeline, session.Stop);
            var restored = await WatchedRun.WaitAsync(session, home, "Restoring", request);
            if (restored.Status != RunStatus.Succeeded)
            {
                await WatchedRun.WriteAsync(session, home, restored);
                return ExitCode.Of(restored.Status);
            }

            if (session.IsJson) session.WriteJson(RestoreAnswer.Of(restored, request), WireJson.Default.RestoreAnswer);
            foreach (var table in restored.Streams)
            {
                session.Say($"{Printable.Of(table.Table)}: {RunReport.Number(table.Created)} rows restored, "
                    + $"{RunReport.Number(table.Unchanged)} were there already, {RunReport.Number(table.Deleted)} deleted.");
            }

            session.Say($"The next run of {Printable.Of(pipeline.Name)} reads everything ({restored.Run}).");
            if (pipeline.UndoRuns > 0) session.Say($"Take it back: tidemark run undo {restored.Run}");
            return ExitCode.Done;
        });
        return verb;
    }
}
