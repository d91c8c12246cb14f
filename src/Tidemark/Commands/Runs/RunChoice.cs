using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Runs;

/// <summary>How a verb is told which run it is about.</summary>
internal sealed class RunChoice
{
    public Argument<string> Id { get; } =
        new Argument<string>("id") { Description = "Id of the run, the beginning of the id, or the word last." }.Offers(names => names.Runs);

    public Option<string?> Pipeline { get; } =
        new Option<string?>("--pipeline") { Description = "With last: the last run of this pipeline.", HelpName = "NAME" }.Offers(names => names.Pipelines);

    /// <summary>Adds both to a verb.</summary>
    public Verb AddTo(Verb verb)
    {
        verb.Add(Id);
        verb.Add(Pipeline);
        return verb;
    }

    /// <summary>The run of an id, or of the beginning of one.</summary>
    public static Task<RunAnswer> FindAsync(Session session, string id) => session.AskAsync(
        async home => RunAnswer.Of(await home.Runs.FindAsync(id, session.Stop)),
        server => server.GetAsync($"runs/{ServerClient.Part(id)}", WireJson.Default.RunAnswer, session.Stop));

    /// <summary>The run that was typed.</summary>
    /// <param name="session">The command.</param>
    /// <param name="act">What is done with it: it decides which one is the last.</param>
    public Task<RunAnswer> FindAsync(Session session, RunAct act)
    {
        var (id, pipeline) = (session.Get(Id), session.Get(Pipeline));
        UsageCheck.Require(pipeline is null || id == RunStore.LastWord, "--pipeline goes with the word last.");
        if (id != RunStore.LastWord) return FindAsync(session, id);
        return session.AskAsync(async home =>
        {
            if (pipeline is not null) await home.Definitions.PipelineAsync(pipeline, session.Stop);
            return RunAnswer.Of(await home.Runs.LastAsync(pipeline, act, session.Stop));
        }, server => server.GetAsync(ServerClient.Path($"runs/{id}", ("act", act.Word), ("pipeline", pipeline)), WireJson.Default.RunAnswer, session.Stop));
    }
}
