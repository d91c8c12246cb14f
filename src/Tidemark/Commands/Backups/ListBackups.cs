using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup list</c>: newest first.</summary>
internal static class ListBackups
{
    public static Verb Create()
    {
        var pipeline = new Argument<string?>("pipeline")
        {
            Description = "Only backups of this pipeline.",
            Arity = ArgumentArity.ZeroOrOne,
        }.Offers(names => names.Pipelines);
        var verb = new Verb("list", "Lists the backups, newest first.",
            "tidemark backup list", "tidemark backup list payments") { pipeline };
        verb.Runs(async session =>
        {
            var backups = await session.AskAsync<IReadOnlyList<BackupAnswer>>(
                async home => [.. (await home.Backups.ListAsync(session.Get(pipeline!), session.Stop)).Select(BackupAnswer.Of)],
                server => server.ListAsync(ServerClient.Path("backups", ("pipeline", session.Get(pipeline!))), int.MaxValue, WireJson.Default.BackupAnswer, session.Stop));
            session.WriteList(backups, WireJson.Default.BackupAnswer, "There are no backups yet.", all => Write(session, all));
            return ExitCode.Done;
        });
        return verb;
    }

    // The name, whole, and whether it is verified stay: restoring takes the one and needs the other. The pipeline goes first, then the bytes, the
    // time, which the name says too, and the rows.
    private static void Write(Session session, IReadOnlyList<BackupAnswer> backups)
    {
        var table = new FittingTable();
        table.Add("name", backups.Select(backup => backup.Filename), isWhole: true);
        table.Add("pipeline", backups.Select(backup => backup.Pipeline), rank: 4);
        table.Add("created", backups.Select(backup => session.LocalTime(backup.CreatedAt)), rank: 2, isWhole: true);
        table.Add("bytes", backups.Select(backup => RunReport.Number(backup.SizeBytes)), isNumber: true, rank: 3);
        table.Add("rows", backups.Select(backup => RunReport.Number(backup.TotalRecords)), isNumber: true, rank: 1);
        table.Add("verified", backups.Select(backup => backup.Verified ? "yes" : "no"));
        table.Write(session.Prose);
        foreach (var backup in backups.Where(backup => backup.Problem is not null))
            session.Say($"{Printable.Of(backup.Filename)} cannot be used: {Printable.Of(backup.Problem!)}");
    }
}
