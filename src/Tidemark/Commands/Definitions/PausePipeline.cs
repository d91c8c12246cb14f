using Tidemark.Commands.Remote;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Definitions;

/// <summary><c>tidemark pipeline pause</c> and <c>resume</c>: whether schedules start runs of a pipeline. The rest of it stays as it is.</summary>
internal static class PausePipeline
{
    public static Verb Create(string word, string description, bool paused)
    {
        var name = DefinitionVerbs<PipelineDefinition, PipelineAnswer>.Name();
        var verb = new Verb(word, description, $"tidemark pipeline {word} payments") { name };
        verb.Runs(async session =>
        {
            SavedDefinition.Report(session, await session.AskAsync(
                async home => DefinitionChangeAnswer.Of(new AppliedDefinition("pipeline", session.Get(name), await home.Definitions.PauseAsync(session.Get(name), paused, session.Stop))),
                server => server.PostAsync($"pipelines/{ServerClient.Part(session.Get(name))}/{word}", null, WireJson.Default.DefinitionChangeAnswer, session.Stop)));
            return ExitCode.Done;
        });
        return verb;
    }
}
