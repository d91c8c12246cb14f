using System.CommandLine;
using Spectre.Console;
using Tidemark.Commands.Remote;
using Tidemark.Commands.Runs;
using Tidemark.Engine;
using Tidemark.Engine.Json;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Output;

namespace Tidemark.Commands.Proposals;

/// <summary><c>tidemark proposal</c>: runs that agents propose, and a person's answer.</summary>
internal static class ProposalVerb
{
    public static Verb Create() => new("proposal", "Shows the runs that agents propose, and approves or rejects them.",
        "tidemark proposal list", "tidemark proposal approve 20261122-1015")
    {
        List(), Show(), Approve(), Reject(),
    };

    private static Verb List()
    {
        var status = WordOption.Of<ProposalStatus>("--status", "Only proposals that stand so.");
        var pipeline = new Option<string?>("--pipeline") { Description = "Only proposals for this pipeline.", HelpName = "NAME" }.Offers(names => names.Pipelines);
        var limit = new Option<int>("--limit") { Description = "Number of proposals to list.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var verb = new Verb("list", "Lists the runs that agents propose, the latest first.", "tidemark proposal list --status open") { status, pipeline, limit };
        verb.Runs(async session =>
        {
            UsageCheck.RequireLimit(session.Get(limit));
            ProposalStatus? stands = session.Has(status) ? session.Get(status) : null;
            var all = await session.AskAsync<IReadOnlyList<ProposalAnswer>>(
                async home => [.. (await home.Proposals.ListAsync(
                    new() { Status = stands, Pipelines = session.Get(pipeline) is { } name ? [name] : [] }, session.Get(limit), session.Stop)).Select(ProposalAnswer.Of)],
                server => server.ListAsync(
                    ServerClient.Path("proposals", ("status", stands is { } one ? EnumWord.Of(one) : null), ("pipeline", session.Get(pipeline))),
                    session.Get(limit), WireJson.Default.ProposalAnswer, session.Stop));
            session.WriteList(
                all, WireJson.Default.ProposalAnswer, session.Has(status) || session.Has(pipeline) ? "There are no such proposals." : "There are no proposals yet.",
                shown => Table(session, shown).Write(session.Prose));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Show()
    {
        var id = Id();
        var verb = new Verb("show", "Shows what an agent proposes, and why.", "tidemark proposal show 20261122-1015") { id };
        verb.Runs(async session =>
        {
            var proposal = await FindAsync(session, session.Get(id));
            if (session.IsJson) session.WriteJson(proposal, WireJson.Default.ProposalAnswer);
            else await WriteAsync(session, proposal);
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Approve()
    {
        var (id, question) = (Id(), new Confirmation());
        var verb = new Verb("approve", "Starts the run that was proposed. On a terminal it shows it and asks.",
            "tidemark proposal approve 20261122-1015", "tidemark proposal approve 20261122-1015 --yes") { id, question.Yes };
        verb.Watches();
        verb.Runs(async session =>
        {
            var proposal = await FindAsync(session, session.Get(id));
            if (question.IsNeeded(session)) await WriteAsync(session, proposal);
            if (!await question.AskAsync(session, $"Approve {proposal.Proposal} of {Printable.Of(proposal.Pipeline)}?")) return ExitCode.Cancelled;
            return await session.AskAsync(
                home => ApproveHereAsync(session, home, proposal.Proposal),
                async server => ExitCode.Of(await WatchedRun.ShowAsync(
                    session, server, await server.PostAsync($"proposals/{proposal.Proposal}/approve", null, WireJson.Default.RunAnswer, session.Stop))));
        });
        return verb;
    }

    private static Verb Reject()
    {
        var id = Id();
        var verb = new Verb("reject", "Rejects a proposal: it starts nothing.", "tidemark proposal reject 20261122-1015") { id };
        verb.Runs(async session =>
        {
            var proposal = await FindAsync(session, session.Get(id));
            var rejected = await session.AskAsync(
                async home => ProposalAnswer.Of(await home.Proposals.RejectAsync(proposal.Proposal, session.Who, session.Stop)),
                server => server.PostAsync($"proposals/{proposal.Proposal}/reject", null, WireJson.Default.ProposalAnswer, session.Stop));
            if (session.IsJson) session.WriteJson(rejected, WireJson.Default.ProposalAnswer);
            session.Say($"Rejected {rejected.Proposal}. It starts nothing.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the proposal, or the beginning of it." };

    private static Task<ProposalAnswer> FindAsync(Session session, string id) => session.AskAsync(
        async home => ProposalAnswer.Of(await home.Proposals.FindAsync(id, session.Stop)),
        server => server.GetAsync($"proposals/{ServerClient.Part(id)}", WireJson.Default.ProposalAnswer, session.Stop));

    private static async Task<int> ApproveHereAsync(Session session, Home home, string id)
    {
        var (_, run) = await home.Proposals.ApproveAsync(id, session.Who, session.Stop);
        if (await WatchedRun.WatchAsync(session, run.Pipeline, watch => home.CarryOutAsync(run, watch, session.Stop)) is { } result)
            return WatchedRun.Reported(session, await WatchedRun.AnswerAsync(home, result));
        session.Say($"A server carries it out: tidemark run show {run.Id}");
        if (session.IsJson) session.WriteJson(RunAnswer.Of(run), WireJson.Default.RunAnswer);
        return ExitCode.Done;
    }

    private static async Task WriteAsync(Session session, ProposalAnswer proposal)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Add("proposal", proposal.Proposal);
        Add("pipeline", proposal.Pipeline);
        Add("run", What(proposal));
        Add("reason", proposal.Reason);
        Add("proposed", $"{session.LocalTime(proposal.ProposedAt)} by {proposal.ProposedBy}");
        Add("stands", Stands(session, proposal));
        if (proposal.Run is { } became) Add("became", became);
        session.Prose.Write(grid);
        if (proposal is { Kind: RunKind.Approve, About: { } parked }) ErrorReport.WriteProblems(session.Prose, (await RunChoice.FindAsync(session, parked)).ToResult().Problems);
        session.Say("The reason is the agent's own words.");

        void Add(string name, string text) => grid.AddRow(new Text(name, Color.Grey), new Text(Printable.Of(text)));
    }

    // Which, what and how it stands remain; why goes first.
    private static FittingTable Table(Session session, IReadOnlyList<ProposalAnswer> all)
    {
        var table = new FittingTable();
        table.Add("proposal", all.Select(proposal => proposal.Proposal), isWhole: true);
        table.Add("pipeline", all.Select(proposal => proposal.Pipeline), rank: -1);
        table.Add("run", all.Select(What), wraps: true);
        table.Add("stands", all.Select(proposal => Stands(session, proposal)));
        table.Add("by", all.Select(proposal => proposal.ProposedBy), rank: 1);
        table.Add("reason", all.Select(proposal => Cut.Short(proposal.Reason)), rank: 2);
        return table;
    }

    private static string What(ProposalAnswer proposal) => RunJson.Word(proposal.Kind)
        + (proposal.Mode is { } mode ? $", {RunJson.Word(mode)}" : "")
        + (proposal.RestoreMode is { } how ? $", {EnumWord.Of(how)}" : "")
        + (proposal.About is { } about ? $" of {about}" : "")
        + (proposal.Streams.Count > 0 ? $", {string.Join(", ", proposal.Streams)}" : "");

    private static string Stands(Session session, ProposalAnswer proposal) => proposal.Status switch
    {
        ProposalStatus.Open => $"open until {session.LocalTime(proposal.ExpiresAt)}",
        ProposalStatus.Expired => "expired",
        var decided => $"{EnumWord.Of(decided)} by {proposal.DecidedBy}",
    };
}
