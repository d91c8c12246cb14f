using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Server.Access;

namespace Tidemark.Server.Agents;

/// <summary>One call of a tool: who calls, and the home that does the work.</summary>
/// <param name="Home">The home.</param>
/// <param name="Caller">The agent, as its token or its options say.</param>
/// <param name="Clock">Where "now" comes from.</param>
/// <param name="Begin">Lets a run begin, and returns at once.</param>
internal sealed record AgentCall(Home Home, Caller Caller, TimeProvider Clock, Func<RunRequest, RunOrigin, Task<RunRecord>> Begin)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>What the call acts on, for the audit trail; null where it has not come so far.</summary>
    public string? Subject { get; private set; }

    /// <summary>With which options, for the audit trail.</summary>
    public string? Detail { get; private set; }

    public AuditActor Who => new(Caller.Name, ProposalCatalog.Door);

    /// <summary>Says what the call acts on.</summary>
    public void About(string subject, string? detail = null) => (Subject, Detail) = (subject, detail);

    /// <summary>The run of an id that the caller may see.</summary>
    public async Task<RunRecord> RunAsync(string id, CancellationToken cancellationToken)
    {
        var run = await Home.Runs.FindAsync(id, cancellationToken);
        Caller.Require(run.Pipeline);
        About($"run {run.Id}", run.Pipeline);
        return run;
    }

    /// <summary>Starts a run and waits a while for its end; the answer is how it stands then.</summary>
    /// <param name="request">The run.</param>
    /// <param name="seconds">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the waiting; the run goes on.</param>
    public async Task<RunRecord> StartAsync(RunRequest request, int seconds, CancellationToken cancellationToken)
    {
        Caller.Require(request.PipelineName);
        About($"pipeline {request.PipelineName}", RunJson.Word(request.Kind));
        var began = Clock.GetTimestamp();
        var run = await Begin(request, new(RunTrigger.Mcp, Caller.Name));
        while (run.Status is RunStatus.Queued or RunStatus.Running && Clock.GetElapsedTime(began).TotalSeconds < seconds)
        {
            await Task.Delay(LookEvery, Clock, cancellationToken);
            run = await Home.Runs.FindAsync(run.Id, cancellationToken);
        }

        return run;
    }
}
