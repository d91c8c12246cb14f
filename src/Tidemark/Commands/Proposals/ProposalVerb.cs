using System.CommandLine;
using Spectre.Console;
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
            var home = await session.OpenHomeAsync();
            var all = await home.Proposals.ListAsync(
                new() { Status = session.Has(status) ? session.Get(status) : null, Pipelines = session.Get(pipeline) is { } name ? [name] : [] }, session.Get(limit), session.Stop);
            foreach (var proposal in session.IsJson ? all : []) session.WriteJson(ProposalAnswer.Of(proposal), WireJson.Default.ProposalAnswer);
            if (all.Count == 0) session.Say(session.Has(status) || session.Has(pipeline) ? "There are no such proposals." : "There are no proposals yet.");
            else if (!session.IsJson) Table(session, all).Write(session.Prose);
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
            var home = await session.OpenHomeAsync();
            var proposal = await home.Proposals.FindAsync(session.Get(id), session.Stop);
            if (session.IsJson) session.WriteJson(ProposalAnswer.Of(proposal), WireJson.Default.ProposalAnswer);
            else await WriteAsync(session, home, proposal);
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
            var home = await session.OpenHomeAsync();
            var proposal = await home.Proposals.FindAsync(session.Get(id), session.Stop);
            if (question.IsNeeded(session)) await WriteAsync(session, home, proposal);
            if (!await question.AskAsync(session, $"Approve {proposal.Id} of {Printable.Of(proposal.Pipeline)}?")) return ExitCode.Cancelled;
            var (_, run) = await home.Proposals.ApproveAsync(proposal.Id, session.Who, session.Stop);
            var result = await WatchedRun.WatchAsync(session, run.Pipeline, watch => home.CarryOutAsync(run, watch, session.Stop));
            if (result is null)
            {
                session.Say($"A server carries it out: tidemark run show {run.Id}");
                if (session.IsJson) await session.Terminal.Output.WriteLineAsync(RunJson.Write(run));
                return ExitCode.Done;
            }

            await WatchedRun.WriteAsync(session, home, result);
            return ExitCode.Of(result);
        });
        return verb;
    }

    private static Verb Reject()
    {
        var id = Id();
        var verb = new Verb("reject", "Rejects a proposal: it starts nothing.", "tidemark proposal reject 20261122-1015") { id };
        verb.Runs(async session =>
        {
            var home = await session.OpenHomeAsync();
            var rejected = await home.Proposals.RejectAsync(session.Get(id), session.Who, session.Stop);
            if (session.IsJson) session.WriteJson(ProposalAnswer.Of(rejected), WireJson.Default.ProposalAnswer);
            session.Say($"Rejected {rejected.Id}. It starts nothing.");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the proposal, or the beginning of it." };

    private static async Task WriteAsync(Session session, Home home, Proposal proposal)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Add("proposal", proposal.Id);
        Add("pipeline", proposal.Pipeline);
        Add("run", What(proposal));
        Add("reason", proposal.Reason);
        Add("proposed", $"{session.LocalTime(proposal.ProposedAt)} by {proposal.ProposedBy}");
        Add("stands", Stands(session, proposal));
        if (proposal.Run is { } became) Add("became", became);
        session.Prose.Write(grid);
        if (proposal.Request is ApprovedRun { Parked: var parked }) ErrorReport.WriteProblems(session.Prose, (await home.Runs.FindAsync(parked, session.Stop)).Result.Problems);
        session.Say("The reason is the agent's own words.");

        void Add(string name, string text) => grid.AddRow(new Text(name, Color.Grey), new Text(Printable.Of(text)));
    }

    // Which, what and how it stands remain; why goes first.
    private static FittingTable Table(Session session, IReadOnlyList<Proposal> all)
    {
        var table = new FittingTable();
        table.Add("proposal", all.Select(proposal => proposal.Id), isWhole: true);
        table.Add("pipeline", all.Select(proposal => proposal.Pipeline), rank: -1);
        table.Add("run", all.Select(What), wraps: true);
        table.Add("stands", all.Select(proposal => Stands(session, proposal)));
        table.Add("by", all.Select(proposal => proposal.ProposedBy), rank: 1);
        table.Add("reason", all.Select(proposal => Cut.Short(proposal.Reason)), rank: 2);
        return table;
    }

    private static string What(Proposal proposal) => RunJson.Word(proposal.Request.Kind) + proposal.Request switch
    {
        SyncRun { Mode: { } mode } => $", {RunJson.Word(mode)}",
        RestoreRun restore => $", {EnumWord.Of(restore.Mode)}",
        _ => "",
    } + (proposal.Request.About is { } about ? $" of {about}" : "")
        + (proposal.Request is ReadingRequest { Streams: [_, ..] streams } ? $", {string.Join(", ", streams)}" : "");

    private static string Stands(Session session, Proposal proposal) => proposal.Status switch
    {
        ProposalStatus.Open => $"open until {session.LocalTime(proposal.ExpiresAt)}",
        ProposalStatus.Expired => "expired",
        var decided => $"{EnumWord.Of(decided)} by {proposal.DecidedBy}",
    };
}
