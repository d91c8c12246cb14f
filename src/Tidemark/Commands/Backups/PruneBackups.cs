using System.CommandLine;
using Tidemark.Commands.Definitions;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Backups;

/// <summary><c>tidemark backup prune</c>: removes what has been kept long enough.</summary>
internal static class PruneBackups
{
    public static Verb Create()
    {
        var pipeline = new Argument<string?>("pipeline")
        {
            Description = "Only backups of this pipeline. [default: every saved pipeline]",
            Arity = ArgumentArity.ZeroOrOne,
        }.Offers(names => names.Pipelines);
        var verb = new Verb("prune", "Removes backups that the pipeline no longer keeps; the newest verified one stays.",
            "tidemark backup prune", "tidemark backup prune payments") { pipeline };
        verb.Runs(async session =>
        {
            IReadOnlyList<string> pipelines = session.Get(pipeline!) is { } name ? [name] : await PipelineVerb.NamesAsync(session);
            foreach (var each in pipelines)
            {
                var pruned = await session.AskAsync(
                    async home => new PrunedBackupsAnswer(each, await home.Backups.PruneAsync(await home.Definitions.PipelineAsync(each, session.Stop), session.Stop)),
                    server => server.PostAsync(ServerClient.Path("backups/prune", ("pipeline", each)), null, WireJson.Default.PrunedBackupsAnswer, session.Stop));
                if (session.IsJson) session.WriteJson(pruned, WireJson.Default.PrunedBackupsAnswer);
                session.Say($"{Printable.Of(each)}: {BackupVerb.Count(pruned.Pruned.Count, "backup")} removed.");
            }

            return ExitCode.Done;
        });
        return verb;
    }
}
