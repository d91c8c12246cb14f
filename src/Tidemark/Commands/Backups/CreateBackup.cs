using Tidemark.Engine.Backup;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup create</c>: one verified file with all tables of a pipeline.</summary>
internal static class CreateBackup
{
    public static Verb Create()
    {
        var pipeline = BackupVerb.Pipeline();
        var format = WordOption.Of<BackupFormat>("--format", "Default: as the pipeline says, else compact.");
        var verb = new Verb("create", "Backs all tables of a pipeline up, as they are at one moment.",
            "tidemark backup create payments", "tidemark backup create payments --format json") { pipeline, format };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var definition = await PipelineChoice.NamedAsync(home, session.Get(pipeline), session.Stop);
            if (session.Has(format))
                definition = definition with { Backup = definition.Backup with { Format = session.Get(format) } };
            var created = await session.WaitAsync("Backing up", () => home.Backups.CreateAsync(definition, session.Stop));
            if (session.IsJson) WriteJson(session, created);
            session.Say($"{created.File.Path}: {BackupVerb.Content(created.File)}, verified.");
            if (created.Pruned.Count > 0) session.Say($"Kept long enough and removed: {string.Join(", ", created.Pruned)}.");
            if (created.Upload is not { } upload) return ExitCode.Done;
            if (upload.Problem is null) session.Say($"Sent to {Printable.Of(upload.To)} and read back.");
            else ErrorReport.WriteProblems(session.Prose, [upload.Problem]);
            return upload.Problem is null ? ExitCode.Done : ExitCode.Partial;
        });
        return verb;
    }

    private static void WriteJson(Session session, CreatedBackup created) => session.WriteJson(json =>
    {
        json.WriteBoolean("success", true);
        BackupVerb.Write(json, created.File);
        json.WriteString("timestamp", created.File.Manifest.Timestamp);
        json.WriteNumber("file_size_bytes", created.File.Manifest.Bytes);
        json.WriteStrings("pruned", created.Pruned);
        if (created.Upload is not { } upload) return;
        json.WriteStartObject("upload");
        json.WriteString("to", upload.To);
        json.WriteBoolean("success", upload.Problem is null);
        json.WriteStrings("pruned", upload.Pruned);
        if (upload.Problem is { } problem) json.WriteProblems([problem]);
        json.WriteEndObject();
    });
}
