using Tidemark.Engine.Definitions;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline pause</c> and <c>resume</c>: whether schedules start runs of a pipeline. The rest of it stays as it is.</summary>
internal static class PausePipeline
{
    public static Verb Create(string word, string description, bool paused)
    {
        var name = DefinitionVerbs<PipelineDefinition>.Name();
        var verb = new Verb(word, description, $"tidemark pipeline {word} payments") { name };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            SavedDefinition.Report(session, "pipeline", session.Get(name), await home.Definitions.PauseAsync(session.Get(name), paused, session.Stop));
            return ExitCode.Done;
        });
        return verb;
    }
}
