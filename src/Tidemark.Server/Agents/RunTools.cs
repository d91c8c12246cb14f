using Tidemark.Engine.Access;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Api;

namespace Tidemark.Server.Agents;

/// <summary>Tools that plan runs, propose them, and, for an agent that acts alone, start them. None approves a parked run.</summary>
internal static class RunTools
{
    private const string Start = "run.start";
    private const string Propose = "proposal.make";

    public static IEnumerable<AgentTool> All =>
    [
        AgentTool.Of("plan_run", "Says what a run would change, with samples, and whether it would park; changes nothing.",
            Role.Operator, AgentJson.Default.StartArguments, ApiJson.Default.RunAnswer, (call, given, cancellationToken) => StartAsync(call, given.ToRequest(isDry: true), given.WaitSeconds, cancellationToken))
            with { Act = new(Start, IsWrittenWithIt: false) },
        AgentTool.Of("plan_undo", "Says what an undo of a run would come to; changes nothing.",
            Role.Operator, AgentJson.Default.RunArguments, ApiJson.Default.UndoTrialAnswer, TryUndoAsync),
        AgentTool.Of("plan_restore", "Says what a restore of a backup would come to, table by table; changes nothing.",
            Role.Operator, AgentJson.Default.RestoreArguments, ApiJson.Default.RestoreTrialAnswer, TryRestoreAsync),
        Proposes(AgentTool.Of("propose_run", "Proposes a run: a sync, a scan for deletions, or a backup. It begins where a person approves it, and obeys the limits: where it parks, a person decides once more.",
            Role.Operator, AgentJson.Default.ProposedRunArguments, ApiJson.Default.ProposalAnswer, (call, given, cancellationToken) =>
                ProposeAsync(call, given.ToRequest(isDry: false), given.Reason, cancellationToken))),
        Proposes(AgentTool.Of("propose_undo", "Proposes to take back what a run changed; a person decides. plan_undo says first what it would come to.",
            Role.Operator, AgentJson.Default.ProposedActArguments, ApiJson.Default.ProposalAnswer, async (call, given, cancellationToken) =>
                await ProposeAsync(call, await call.Home.Requests.UndoAsync((await call.RunAsync(given.Run, cancellationToken)).Id, cancellationToken), given.Reason, cancellationToken))),
        Proposes(AgentTool.Of("propose_approval", "Proposes to let a parked run go on beyond its limits; a person decides.",
            Role.Operator, AgentJson.Default.ProposedActArguments, ApiJson.Default.ProposalAnswer, async (call, given, cancellationToken) =>
                await ProposeAsync(call, await call.Home.Requests.ApproveAsync((await call.RunAsync(given.Run, cancellationToken)).Id, cancellationToken), given.Reason, cancellationToken))),
        Proposes(AgentTool.Of("propose_restore", "Proposes to bring a backup back; a person decides. plan_restore says first what it would come to.",
            Role.Operator, AgentJson.Default.ProposedRestoreArguments, ApiJson.Default.ProposalAnswer, async (call, given, cancellationToken) =>
                await ProposeAsync(call, await RestoreAsync(call, given, cancellationToken), given.Reason, cancellationToken))),
        Alone(AgentTool.Of("start_run", "Starts a run: a sync, a scan for deletions, or a backup. It obeys the limits: where it parks, a person decides.",
            Role.Operator, AgentJson.Default.StartArguments, ApiJson.Default.RunAnswer, (call, given, cancellationToken) => StartAsync(call, given.ToRequest(isDry: false), given.WaitSeconds, cancellationToken)),
            Start),
        Alone(AgentTool.Of("start_undo", "Takes back what a run changed; rows that were changed since are listed and left alone.",
            Role.Operator, AgentJson.Default.StartedActArguments, ApiJson.Default.RunAnswer, async (call, given, cancellationToken) =>
                await StartAsync(call, await call.Home.Requests.UndoAsync((await call.RunAsync(given.Run, cancellationToken)).Id, cancellationToken), given.WaitSeconds, cancellationToken)),
            "run.undo"),
        Alone(AgentTool.Of("start_restore", "Brings a backup back.",
            Role.Operator, AgentJson.Default.StartedRestoreArguments, ApiJson.Default.RunAnswer, async (call, given, cancellationToken) =>
                await StartAsync(call, await RestoreAsync(call, given, cancellationToken), given.WaitSeconds, cancellationToken)),
            "backup.restore"),
    ];

    private static AgentTool Proposes(AgentTool tool) => tool with { Act = new(Propose, IsWrittenWithIt: true) };

    private static AgentTool Alone(AgentTool tool, string action) => tool with { Act = new(action, IsWrittenWithIt: false), IsForThoseAlone = true, IsDestructive = true };

    private static async Task<RunAnswer> StartAsync(AgentCall call, RunRequest request, int? seconds, CancellationToken cancellationToken) =>
        RunAnswer.Of(await call.StartAsync(request, seconds ?? Waiting.UsualSeconds, cancellationToken));

    private static async Task<ProposalAnswer> ProposeAsync(AgentCall call, RunRequest request, string reason, CancellationToken cancellationToken)
    {
        call.Caller.Require(request.PipelineName);
        call.About($"pipeline {request.PipelineName}", RunJson.Word(request.Kind));
        return ProposalAnswer.Of(await call.Home.Proposals.ProposeAsync(request, reason, call.Who, cancellationToken));
    }

    private static async Task<UndoTrialAnswer> TryUndoAsync(AgentCall call, RunArguments given, CancellationToken cancellationToken)
    {
        var run = await call.RunAsync(given.Run, cancellationToken);
        return UndoTrialAnswer.Of(await call.Home.TryAsync(await call.Home.Requests.UndoAsync(run.Id, cancellationToken), cancellationToken));
    }

    private static async Task<RestoreTrialAnswer> TryRestoreAsync(AgentCall call, RestoreArguments given, CancellationToken cancellationToken)
    {
        var request = await RestoreAsync(call, given, cancellationToken);
        return RestoreTrialAnswer.Of(request, await call.Home.TryAsync(request, cancellationToken));
    }

    private static async Task<RestoreRun> RestoreAsync(AgentCall call, RestoreArguments given, CancellationToken cancellationToken)
    {
        var request = await call.Home.Requests.RestoreAsync(given.Backup, given.Mode ?? default, cancellationToken);
        call.Caller.Require(request.Pipeline);
        return request;
    }
}
