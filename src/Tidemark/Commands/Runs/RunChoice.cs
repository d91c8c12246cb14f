using System.CommandLine;
using Tidemark.Engine;
using Tidemark.Engine.Runs;

namespace Tidemark.Commands.Runs;

/// <summary>How a verb is told which run it is about.</summary>
internal sealed class RunChoice
{
    public Argument<string> Id { get; } = new("id") { Description = "Id of the run, the beginning of the id, or the word last." };

    public Option<string?> Pipeline { get; } = new("--pipeline") { Description = "With last: the last run of this pipeline.", HelpName = "NAME" };

    /// <summary>Adds both to a verb.</summary>
    public Verb AddTo(Verb verb)
    {
        verb.Add(Id);
        verb.Add(Pipeline);
        return verb;
    }

    /// <summary>The run, for a verb that shows it.</summary>
    public Task<RunRecord> FindAsync(Session session, Home home) => FindAsync(session, home, acts: false);

    /// <summary>Full id of the run, for a verb that does something with it.</summary>
    public async Task<string> FindToActAsync(Session session, Home home) => (await FindAsync(session, home, acts: true)).Id;

    private async Task<RunRecord> FindAsync(Session session, Home home, bool acts)
    {
        var (id, pipeline) = (session.Get(Id), session.Get(Pipeline));
        UsageCheck.Require(pipeline is null || id == RunStore.LastWord, "--pipeline goes with the word last.");
        if (pipeline is not null) await home.Definitions.PipelineAsync(pipeline, session.Stop);
        return id == RunStore.LastWord ? await home.Runs.LastAsync(pipeline, acts, session.Stop) : await home.Runs.FindAsync(id, session.Stop);
    }
}
