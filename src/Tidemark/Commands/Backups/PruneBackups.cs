using System.CommandLine;
using Tidemark.Engine.Definitions;
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
            var home = await session.OpenHomeAsync();
            IReadOnlyList<PipelineDefinition> pipelines = session.Get(pipeline!) is { } name
                ? [await home.Definitions.PipelineAsync(name, session.Stop)]
                : await home.Definitions.Pipelines.ListAsync(session.Stop);
            foreach (var each in pipelines)
            {
                var removed = await home.Backups.PruneAsync(each, session.Stop);
                if (session.IsJson)
                    session.WriteJson(new PrunedBackupsAnswer(each.Name, removed), WireJson.Default.PrunedBackupsAnswer);
                session.Say($"{Printable.Of(each.Name)}: {BackupVerb.Count(removed.Count, "backup")} removed.");
            }

            return ExitCode.Done;
        });
        return verb;
    }
}
