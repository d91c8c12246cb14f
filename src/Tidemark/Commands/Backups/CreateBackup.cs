using Tidemark.Engine.Definitions;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup create</c>: one verified file with all tables of a pipeline.</summary>
internal static class CreateBackup
{
    public static Verb Create()
    {
        var pipeline = BackupVerb.Pipeline();
        var format = WordOption.Of<BackupFormat>("--format", "Format of the file. [default: the pipeline's, else compact]");
        var verb = new Verb("create", "Backs up all tables of a pipeline in one snapshot.",
            "tidemark backup create payments", "tidemark backup create payments --format json") { pipeline, format };
        verb.Watches();
        verb.Runs(async session =>
        {
            BackupFormat? asked = session.Has(format) ? session.Get(format) : null;
            var run = await WatchedRun.WaitAsync(
                session, async home => new BackupRun((await home.Definitions.PipelineAsync(session.Get(pipeline), session.Stop)).Name) { Format = asked },
                server => server.PostAsync(
                    "runs", new() { ["pipeline"] = session.Get(pipeline), ["kind"] = "backup", ["format"] = asked is { } one ? EnumWord.Of(one) : null },
                    WireJson.Default.RunAnswer, session.Stop));
            if (run.Backup is not { } made) return WatchedRun.Reported(session, run);
            var created = NextCommand.In(CreatedBackupAnswer.Of(await BackupVerb.FindAsync(session, made.Filename), made));
            if (session.IsJson) session.WriteJson(created, WireJson.Default.CreatedBackupAnswer);
            session.Say($"{created.Filepath}: {BackupVerb.Content(created)}, verified.");
            if (created.Pruned.Count > 0) session.Say($"Old backups removed: {string.Join(", ", created.Pruned)}.");
            if (created.Upload is not { } upload) return ExitCode.Done;
            if (upload.Success) session.Say($"Sent to {Printable.Of(upload.To)} and read back.");
            else ErrorReport.WriteProblems(session.Prose, (upload.Problems ?? []).Select(problem => problem.ToProblem()));
            return upload.Success ? ExitCode.Done : ExitCode.Partial;
        });
        return verb;
    }
}
