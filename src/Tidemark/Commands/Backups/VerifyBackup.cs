using Tidemark.Commands.Remote;
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
            var backup = await session.WaitAsync("Reading", () => session.AskAsync(
                async home => BackupAnswer.Of(await home.Backups.VerifyAsync(session.Get(name), session.Stop)),
                server => server.PostAsync($"backups/{ServerClient.Part(session.Get(name))}/verify", null, WireJson.Default.BackupAnswer, session.Stop)));
            if (session.IsJson) session.WriteJson(backup, WireJson.Default.BackupAnswer);
            session.Say($"{backup.Filename}: {BackupVerb.Content(backup)}, verified.");
            BackupVerb.SayUnsealed(session, backup);
            return ExitCode.Done;
        });
        return verb;
    }
}
