using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Scheduling;
using Xunit;

namespace Tidemark.Tests.Proposals;

/// <summary>What proposals promise, whatever database the catalog is in.</summary>
public abstract class ProposalPromises : IDisposable
{
    private static readonly AuditActor Agent = new("helper", ProposalCatalog.Door);
    private static readonly AuditActor Ada = new("ada", "api");
    private static readonly AuditActor Bob = new("bob", "api");

    private readonly ScheduledHome _home;

    private protected ProposalPromises(TestHome home) => _home = new(home);

    private static CancellationToken Stop => TestHome.Cancelled;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_proposal_starts_nothing_until_a_person_approves_it_and_then_one_run()
    {
        await using var home = await OpenAsync();
        var proposal = await home.Proposals.ProposeAsync(new SyncRun("p") { Mode = WriteMode.Replace, Streams = ["orders"] }, "The table lacks 12 orders.", Agent, Stop);
        (await _home.RunsAsync()).ShouldBeEmpty();
        (proposal.Status, proposal.ProposedBy, proposal.ExpiresAt - proposal.ProposedAt).ShouldBe((ProposalStatus.Open, "helper", TimeSpan.FromDays(7)));

        var (approved, run) = await home.Proposals.ApproveAsync(proposal.Id[2..], Ada, Stop);

        (approved.Status, approved.DecidedBy, approved.Run).ShouldBe((ProposalStatus.Approved, "ada", run.Id));
        var queued = (await _home.RunsAsync()).ShouldHaveSingleItem();
        (queued.Id, queued.Status, queued.Origin).ShouldBe((run.Id, RunStatus.Queued, new RunOrigin(RunTrigger.Mcp, "helper") { ApprovedBy = "ada" }));
        queued.Request.ShouldBeOfType<SyncRun>().Streams.ShouldBe(["orders"]);
        (await Refusal.CodeAsync(() => home.Proposals.ApproveAsync(proposal.Id, Bob, Stop))).ShouldBe("proposal.decided");
        (await Refusal.CodeAsync(() => home.Proposals.RejectAsync(proposal.Id, Bob, Stop))).ShouldBe("proposal.decided");
        (await _home.RunsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_many_approve_at_once_one_run_begins()
    {
        await using var home = await OpenAsync();
        var proposal = await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop);

        var codes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Refusal.CodeAsync(() => home.Proposals.ApproveAsync(proposal.Id, Ada, Stop)))));

        codes.Order(StringComparer.Ordinal).ShouldBe(["", .. Enumerable.Repeat("proposal.decided", 5)]);
        (await _home.RunsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_proposal_that_nobody_decided_about_in_time_cannot_be_approved()
    {
        await using var home = await OpenAsync();
        var proposal = await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop);
        _home.Now += TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);
        (await home.Proposals.FindAsync(proposal.Id, Stop)).Status.ShouldBe(ProposalStatus.Open);
        (await ListAsync(home, ProposalStatus.Expired)).ShouldBeEmpty();

        _home.Now += TimeSpan.FromSeconds(1);

        (await Refusal.CodeAsync(() => home.Proposals.ApproveAsync(proposal.Id, Ada, Stop))).ShouldBe("proposal.ended");
        (await home.Proposals.FindAsync(proposal.Id, Stop)).Status.ShouldBe(ProposalStatus.Expired);
        (await ListAsync(home, ProposalStatus.Open)).ShouldBeEmpty();
        (await ListAsync(home, ProposalStatus.Expired)).ShouldBe([proposal.Id]);
        (await _home.RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_proposed_a_run_may_take_it_back_and_not_approve_it()
    {
        await using var home = await OpenAsync();
        var proposal = await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop);

        (await Refusal.CodeAsync(() => home.Proposals.ApproveAsync(proposal.Id, new("helper", "api"), Stop))).ShouldBe("access.own_proposal");
        var rejected = await home.Proposals.RejectAsync(proposal.Id, new("helper", "api"), Stop);

        (rejected.Status, rejected.DecidedBy, rejected.Run).ShouldBe((ProposalStatus.Rejected, "helper", null));
        (await _home.RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P5_what_would_go_beyond_the_limits_or_is_not_there_cannot_be_proposed()
    {
        await using var home = await OpenAsync();

        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new SyncRun("p") { IgnoresLimits = true }, "Why.", Agent, Stop))).ShouldBe("proposal.beyond_limits");
        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new ClearRun("p"), "Why.", Agent, Stop))).ShouldBe("proposal.kind");
        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new SyncRun("none"), "Why.", Agent, Stop))).ShouldBe("pipeline.unknown");
        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new SyncRun("p"), " \0\n", Agent, Stop))).ShouldBe("proposal.reason_invalid");
        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new SyncRun("p"), new('x', ProposalCatalog.MaxReason + 1), Agent, Stop))).ShouldBe("proposal.reason_invalid");
        (await Refusal.CodeAsync(() => home.Proposals.FindAsync("p-'; drop table runs", Stop))).ShouldBe("proposal.unknown");
        (await home.Proposals.ListAsync(new(), 10, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_proposes_the_same_again_gets_the_proposal_that_waits_and_twenty_may_wait()
    {
        await using var home = await OpenAsync();
        var first = await home.Proposals.ProposeAsync(new SyncRun("p") { Streams = ["s0"] }, "Why.", Agent, Stop);
        (await home.Proposals.ProposeAsync(new SyncRun("p") { Streams = ["s0"] }, "Once more.", Agent, Stop)).Id.ShouldBe(first.Id);
        for (var more = 1; more < ProposalCatalog.MaxOpen; more++) await home.Proposals.ProposeAsync(new SyncRun("p") { Streams = [$"s{more}"] }, "Why.", Agent, Stop);

        (await Refusal.CodeAsync(() => home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop))).ShouldBe("proposal.too_many");

        await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent with { Name = "another" }, Stop);
        await home.Proposals.RejectAsync(first.Id, Ada, Stop);
        await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop);
    }

    [Fact]
    public async Task Proposals_are_listed_the_latest_first_in_parts_and_for_pipelines()
    {
        await using var home = await OpenAsync();
        var ids = new List<string>();
        foreach (var pipeline in new[] { "p", "q", "p" })
        {
            _home.Now += TimeSpan.FromMinutes(1);
            ids.Insert(0, (await home.Proposals.ProposeAsync(new SyncRun(pipeline) { Streams = [$"s{ids.Count}"] }, "Why; it's \"here\" \u202e😀", Agent, Stop)).Id);
        }

        var all = await home.Proposals.ListAsync(new(), 2, Stop);
        all.Select(proposal => proposal.Id).ShouldBe(ids.Take(2));
        all[0].Reason.ShouldBe("Why; it's \"here\"  😀");
        (await home.Proposals.ListAsync(new() { Before = (all[1].ProposedAt, all[1].Id) }, 2, Stop)).Select(proposal => proposal.Id).ShouldBe(ids.Skip(2));
        (await home.Proposals.ListAsync(new() { Pipelines = ["q", "none"] }, 9, Stop)).ShouldHaveSingleItem().Pipeline.ShouldBe("q");
    }

    [Fact]
    public async Task Every_proposal_and_every_decision_is_in_the_audit_trail()
    {
        await using var home = await OpenAsync();
        var first = await home.Proposals.ProposeAsync(new SyncRun("p"), "Why.", Agent, Stop);
        var second = await home.Proposals.ProposeAsync(new SyncRun("q"), "Why.", Agent, Stop);
        var (_, run) = await home.Proposals.ApproveAsync(first.Id, Ada, Stop);
        await home.Proposals.RejectAsync(second.Id, Bob, Stop);

        (await home.Audit.ListAsync(new() { Action = "proposal." }, 10, Stop)).Reverse()
            .Select(line => $"{line.Note.Who.Name} {line.Note.Who.Door} {line.Note.Action} {line.Note.Subject} {line.Note.Detail}").ShouldBe(
            [
                $"helper mcp proposal.make proposal {first.Id} of pipeline p sync", $"helper mcp proposal.make proposal {second.Id} of pipeline q sync",
                $"ada api proposal.approve proposal {first.Id} of pipeline p {run.Id}", $"bob api proposal.reject proposal {second.Id} of pipeline q ",
            ]);
    }

    private static async Task<IReadOnlyList<string>> ListAsync(Home home, ProposalStatus status) =>
        [.. (await home.Proposals.ListAsync(new() { Status = status }, 10, Stop)).Select(proposal => proposal.Id)];

    private async Task<Home> OpenAsync()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p"), ScheduledHome.Pipeline("q"));
        return await _home.OpenAsync();
    }
}

public sealed class SqliteProposalPromises() : ProposalPromises(new SqliteHome());

public sealed class PostgresProposalPromises() : ProposalPromises(new PostgresHome());
