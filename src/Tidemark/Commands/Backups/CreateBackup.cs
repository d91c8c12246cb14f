using Tidemark.Engine.Definitions;
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
            var home = await session.OpenHomeAsync();
            var definition = await home.Definitions.PipelineAsync(session.Get(pipeline), session.Stop);
            var request = new BackupRun(definition.Name) { Format = session.Has(format) ? session.Get(format) : null };
            var created = await WatchedRun.WatchAsync(
                session, definition.Name, watch => home.BackUpAsync(request, session.Origin, watch, session.Stop));
            if (session.IsJson)
                session.WriteJson(CreatedBackupAnswer.Of(NextCommand.In(created)), WireJson.Default.CreatedBackupAnswer);
            session.Say($"{created.File.Path}: {BackupVerb.Content(created.File)}, verified.");
            if (created.Pruned.Count > 0) session.Say($"Old backups removed: {string.Join(", ", created.Pruned)}.");
            if (created.Upload is not { } upload) return ExitCode.Done;
            if (upload.Problem is null) session.Say($"Sent to {Printable.Of(upload.To)} and read back.");
            else ErrorReport.WriteProblems(session.Prose, [upload.Problem]);
            return upload.Problem is null ? ExitCode.Done : ExitCode.Partial;
        });
        return verb;
    }
}
