using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup verify</c>: reads a backup whole and says whether it is what was written.</summary>
internal static class VerifyBackup
{
    public static Verb Create()
    {
        var name = BackupVerb.Name();
        var verb = new Verb("verify", "Reads a whole backup and compares its rows with its manifest.",
            "tidemark backup verify NAME") { name };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var file = await session.WaitAsync("Reading", () => home.Backups.VerifyAsync(session.Get(name), session.Stop));
            if (session.IsJson) session.WriteJson(BackupAnswer.Of(file), WireJson.Default.BackupAnswer);
            session.Say($"{file.Name}: {BackupVerb.Content(file)}, verified.");
            BackupVerb.SayUnsealed(session, file);
            return ExitCode.Done;
        });
        return verb;
    }
}
