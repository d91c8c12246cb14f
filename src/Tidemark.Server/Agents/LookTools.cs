using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Access;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Api;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Agents;

/// <summary>Tools that show pipelines, their runs and what is proposed.</summary>
internal static class LookTools
{
    public static IEnumerable<AgentTool> All =>
    [
        AgentTool.Of("status", "Shows how every pipeline stands, first those that need a person: what is proven, how old it is, what is late, parked or in quarantine.",
            Role.Viewer, AgentJson.Default.StatusArguments, ApiJson.Default.ListPageStatusAnswer, StatusAsync),
        AgentTool.Of("list_runs", "Lists runs, the latest first, with their figures and receipts.",
            Role.Viewer, AgentJson.Default.RunsArguments, ApiJson.Default.ListPageRunAnswer, RunsAsync),
        AgentTool.Of("show_run", "Shows a run: its figures, receipt, problems, plan, what it left of the data, and what may be done next.",
            Role.Viewer, AgentJson.Default.RunArguments, ApiJson.Default.RunAnswer, async (call, given, cancellationToken) => RunAnswer.Of(await call.RunAsync(given.Run, cancellationToken))),
        AgentTool.Of("list_run_steps", "Lists the steps of a run with their times.",
            Role.Viewer, AgentJson.Default.RunArguments, ApiJson.Default.IReadOnlyListStepAnswer, StepsAsync),
        AgentTool.Of("read_run_log", "Reads the log of a run, from its beginning or from its first error on.",
            Role.Viewer, AgentJson.Default.LogArguments, ApiJson.Default.ListPageLogLineAnswer, LogAsync),
        AgentTool.Of("list_schedules", "Lists when pipelines run by themselves: in words, the next times, and what was missed.",
            Role.Viewer, AgentJson.Default.SchedulesArguments, ApiJson.Default.ListPageScheduleAnswer, SchedulesAsync),
        AgentTool.Of("list_inbox", "Lists the runs that failed, or did only a part, and that nobody has dealt with: which streams, and why.",
            Role.Viewer, AgentJson.Default.InboxArguments, ApiJson.Default.ListPageInboxAnswer, (call, given, cancellationToken) =>
                InboxApi.PageAsync(call.Home, call.Caller, given.Pipeline, given.Over is true, given.Search, given.Size(), given.Cursor, cancellationToken)),
        AgentTool.Of("list_proposals", "Lists the runs that agents propose, the latest first, and what people decided.",
            Role.Viewer, AgentJson.Default.ProposalsArguments, ApiJson.Default.ListPageProposalAnswer, (call, given, cancellationToken) =>
                ProposalsApi.PageAsync(call.Home, call.Caller, given.Pipeline, given.Status, given.Size(), given.Cursor, cancellationToken)),
        AgentTool.Of("show_proposal", "Shows a proposal, and the run that it became.",
            Role.Viewer, AgentJson.Default.ProposalArguments, ApiJson.Default.ProposalAnswer, ProposalAsync),
        new("list_definitions", "Lists the pipelines, sources or destinations, by name. Secrets are shown as ***.", Role.Viewer)
        {
            InputSchema = ToolArguments.Schema(AgentJson.Default.DefinitionsArguments),
            Invoke = (call, given, cancellationToken) => DefinitionsAsync(call, ToolArguments.Read(given, AgentJson.Default.DefinitionsArguments), cancellationToken),
        },
    ];

    private static async Task<ListPage<StatusAnswer>> StatusAsync(AgentCall call, StatusArguments given, CancellationToken cancellationToken)
    {
        if (given.Pipeline is { } pipeline) call.Caller.Require(pipeline);
        var now = call.Clock.GetUtcNow();
        var all = (await call.Home.StatusAsync(given.Pipeline, cancellationToken)).Where(status => call.Caller.Sees(status.Pipeline));
        return Paging.Part(all, given.Size(), given.Cursor, status => status.Pipeline, status => StatusAnswer.Of(status, now));
    }

    private static async Task<ListPage<RunAnswer>> RunsAsync(AgentCall call, RunsArguments given, CancellationToken cancellationToken)
    {
        if (given.Pipeline is { } pipeline) call.Caller.Require(pipeline);
        var runs = await call.Home.Runs.ListAsync(given.Size() + 1, new()
        {
            Pipeline = given.Pipeline,
            Pipelines = call.Caller.Pipelines,
            Statuses = given.Status ?? [],
            Since = given.Since,
            Search = given.Search,
            Before = Paging.Moment(given.Cursor) is { } place ? new(place.At, place.Id) : null,
        }, cancellationToken);
        return Paging.Cut(runs, given.Size(), run => Paging.ByTime(run.StartedAt, run.Id), RunAnswer.Of);
    }

    private static async Task<IReadOnlyList<StepAnswer>> StepsAsync(AgentCall call, RunArguments given, CancellationToken cancellationToken)
    {
        var run = await call.RunAsync(given.Run, cancellationToken);
        return [.. (await call.Home.History.StepsAsync(run.Id, cancellationToken)).Select(StepAnswer.Of)];
    }

    private static async Task<ListPage<LogLineAnswer>> LogAsync(AgentCall call, LogArguments given, CancellationToken cancellationToken)
    {
        var run = await call.RunAsync(given.Run, cancellationToken);
        var filter = new LogFilter { Least = given.Level ?? RunLogLevel.Debug, Stream = given.Stream, Search = given.Search };
        return await RunsApi.LogPageAsync(call.Home, run, filter, given.FirstError is true, given.Size(), given.Cursor, cancellationToken);
    }

    private static async Task<ListPage<ScheduleAnswer>> SchedulesAsync(AgentCall call, SchedulesArguments given, CancellationToken cancellationToken)
    {
        const int UsualTimes = 5;
        if (given.Pipeline is { } pipeline) call.Caller.Require(pipeline);
        return SchedulesApi.Page(await call.Home.Schedules.ListAsync(given.Pipeline, given.Next ?? UsualTimes, cancellationToken), call.Caller, given.Size(), given.Cursor);
    }

    private static async Task<ProposalAnswer> ProposalAsync(AgentCall call, ProposalArguments given, CancellationToken cancellationToken)
    {
        var proposal = await call.Home.Proposals.FindAsync(given.Proposal, cancellationToken);
        call.Caller.Require(proposal.Pipeline);
        return ProposalAnswer.Of(proposal);
    }

    private static async Task<JsonNode> DefinitionsAsync(AgentCall call, DefinitionsArguments given, CancellationToken cancellationToken)
    {
        var definitions = call.Home.Definitions;
        switch (given.Kind)
        {
            case DefinitionKind.Source:
                var sources = await PageAsync(definitions.Sources, source => SourceAnswer.Of(definitions, source));
                return JsonSerializer.SerializeToNode(sources, ApiJson.Default.ListPageSourceAnswer)!;
            case DefinitionKind.Destination:
                var destinations = await PageAsync(definitions.Destinations, destination => DestinationAnswer.Of(definitions, destination));
                return JsonSerializer.SerializeToNode(destinations, ApiJson.Default.ListPageDestinationAnswer)!;
            default:
                return JsonSerializer.SerializeToNode(await PageAsync(definitions.Pipelines, PipelineAnswer.Of), ApiJson.Default.ListPagePipelineAnswer)!;
        }

        Task<ListPage<TAnswer>> PageAsync<T, TAnswer>(DefinitionSet<T> set, Func<T, TAnswer> answer)
            where T : IDefinition<T> => DefinitionsApi.PageAsync(set, call.Caller, answer, given.Search, given.Size(), given.Cursor, cancellationToken);
    }
}
