using System.CommandLine;
using Tidemark.Commands.Remote;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Runs;

/// <summary>How a verb is told which run it is about.</summary>
internal sealed class RunChoice
{
    // One that fits is among them, or its id is typed.
    private const int RecentRuns = 100;

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

    /// <summary>The run that was typed, of a server.</summary>
    /// <param name="session">The command.</param>
    /// <param name="server">Has the runs.</param>
    /// <param name="act">What is done with it: it decides which one is the last.</param>
    public async Task<RunAnswer> FindAsync(Session session, ServerClient server, RunAct act)
    {
        var (id, pipeline) = (session.Get(Id), session.Get(Pipeline));
        UsageCheck.Require(pipeline is null || id == RunStore.LastWord, "--pipeline goes with the word last.");
        if (id != RunStore.LastWord) return await server.GetAsync($"runs/{ServerClient.Part(id)}", WireJson.Default.RunAnswer, session.Stop);
        var latest = await server.ListAsync(ServerClient.Path("runs", ("pipeline", pipeline)), RecentRuns, WireJson.Default.RunAnswer, session.Stop);
        var last = latest.FirstOrDefault(run => act.Fits(run.ToResult()))
            ?? throw new TidemarkException(FailureKind.Usage, "run.unknown", $"None of the latest {RecentRuns} runs {act.Wanted}.");
        if (act.ActsOnPipeline && pipeline is null && latest.Select(run => run.Pipeline).Distinct(StringComparer.Ordinal).Count() > 1)
            throw new TidemarkException(FailureKind.Usage, "run.ambiguous", "More than one pipeline has a last run.") { Hint = "Name the pipeline, or the run by its id." };
        return await server.GetAsync($"runs/{ServerClient.Part(last.Run)}", WireJson.Default.RunAnswer, session.Stop);
    }

    /// <summary>The run that was typed.</summary>
    /// <param name="session">The command.</param>
    /// <param name="home">Has the runs.</param>
    /// <param name="act">What is done with it: it decides which one is the last.</param>
    public async Task<RunRecord> FindAsync(Session session, Home home, RunAct act)
    {
        var (id, pipeline) = (session.Get(Id), session.Get(Pipeline));
        UsageCheck.Require(pipeline is null || id == RunStore.LastWord, "--pipeline goes with the word last.");
        if (pipeline is not null) await home.Definitions.PipelineAsync(pipeline, session.Stop);
        return id == RunStore.LastWord ? await home.Runs.LastAsync(pipeline, act, session.Stop) : await home.Runs.FindAsync(id, session.Stop);
    }
}
