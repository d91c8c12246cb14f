using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup</c>: copies of a pipeline's tables, and the way back.</summary>
internal static class BackupVerb
{
    public static Verb Create() => new("backup", "Backs up the tables of a pipeline, and restores them.",
        "tidemark backup create payments", "tidemark backup list", "tidemark backup verify NAME")
    {
        CreateBackup.Create(), ListBackups.Create(), VerifyBackup.Create(), RestoreBackup.Create(), PruneBackups.Create(),
    };

    public static Argument<string> Name() => new Argument<string>("name") { Description = "Name of the backup, as shown by list." }.Offers(names => names.Backups);

    public static Argument<string> Pipeline() => new Argument<string>("pipeline") { Description = "Name of the pipeline." }.Offers(names => names.Pipelines);

    /// <summary>The backup of a name.</summary>
    public static Task<BackupAnswer> FindAsync(Session session, string name) => session.AskAsync(
        async home => BackupAnswer.Of(await home.Backups.FindAsync(name, session.Stop)),
        server => server.GetAsync($"backups/{ServerClient.Part(name)}", WireJson.Default.BackupAnswer, session.Stop));

    /// <summary>E.g. <c>3 rows of 2 tables</c>.</summary>
    public static string Content(BackupAnswer backup) => $"{Count(backup.TotalRecords, "row")} of {Count(backup.Tables.Count, "table")}";

    /// <summary>Says of a backup of an older version that nothing proves its manifest.</summary>
    public static void SayUnsealed(Session session, BackupAnswer backup)
    {
        if (!backup.ManifestChecksum)
            session.Say($"{backup.Filename} has a manifest of an older version, without a checksum of itself: names of tables and columns are as it says.");
    }

    public static string Count(long number, string thing) =>
        number == 1 ? $"1 {thing}" : $"{RunReport.Number(number)} {thing}s";
}
