using System.CommandLine;
using Tidemark.Engine.Backup;
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
            var home = await session.OpenHomeAsync();
            var files = await home.Backups.ListAsync(session.Get(pipeline!), session.Stop);
            if (session.IsJson)
            {
                foreach (var file in files) session.WriteJson(BackupAnswer.Of(file), WireJson.Default.BackupAnswer);
            }
            else if (files.Count == 0)
            {
                session.Say("There are no backups yet.");
            }
            else
            {
                Table(session, files).Write(session.Prose);
                foreach (var file in files.Where(file => file.Problem is not null))
                    session.Say($"{Printable.Of(file.Name)} cannot be used: {Printable.Of(file.Problem!)}");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    // The name, whole, and whether it is verified stay: restoring takes the one and needs the other. The pipeline goes first, then the bytes, the
    // time, which the name says too, and the rows.
    private static FittingTable Table(Session session, IReadOnlyList<BackupFile> files)
    {
        var table = new FittingTable();
        table.Add("name", files.Select(file => file.Name), isWhole: true);
        table.Add("pipeline", files.Select(file => file.Manifest.Pipeline), rank: 4);
        table.Add("created", files.Select(file => session.LocalTime(file.Manifest.CreatedAt)), rank: 2, isWhole: true);
        table.Add("bytes", files.Select(file => RunReport.Number(file.Manifest.Bytes)), isNumber: true, rank: 3);
        table.Add("rows", files.Select(file => RunReport.Number(file.Manifest.Rows)), isNumber: true, rank: 1);
        table.Add("verified", files.Select(file => file.Manifest.VerifiedAt is null ? "no" : "yes"));
        return table;
    }
}
