using System.Data.Common;
using Dapper;
using Tidemark.Engine.Access;
using Tidemark.Engine.Catalog;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Proposals;

/// <summary>
/// Runs that agents propose and persons decide about. What is proposed obeys the limits: where the run parks, it waits for a person
/// once more.
/// </summary>
public sealed class ProposalCatalog
{
    /// <summary>The door of an agent, as the audit trail names it.</summary>
    public const string Door = "mcp";

    /// <summary>The longest reason, in letters.</summary>
    public const int MaxReason = 2000;

    /// <summary>How many of one agent's may wait at a time: a person reads them.</summary>
    public const int MaxOpen = 20;

    /// <summary>How long a proposal can be approved.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    // What was decided is in the audit trail for good.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(365);

    private readonly CatalogDatabase _database;
    private readonly RunRequests _requests;
    private readonly RunQueue _queue;
    private readonly TimeProvider _clock;

    internal ProposalCatalog(CatalogDatabase database, RunRequests requests, RunQueue queue, TimeProvider clock) =>
        (_database, _requests, _queue, _clock) = (database, requests, queue, clock);

    /// <summary>Stores a proposal. Where the same agent's same proposal is open, that is the answer.</summary>
    /// <param name="request">The run.</param>
    /// <param name="reason">Why, for the person who decides; at most <see cref="MaxReason"/> letters.</param>
    /// <param name="who">The agent.</param>
    /// <param name="cancellationToken">Nothing is stored where it throws.</param>
    /// <exception cref="TidemarkException"><c>proposal.reason_invalid</c>, <c>proposal.beyond_limits</c>, <c>proposal.kind</c>, <c>proposal.too_many</c>,
    /// and what the request names that is not there: <c>pipeline.unknown</c>, <c>run.not_parked</c>… (usage).</exception>
    public async Task<Proposal> ProposeAsync(RunRequest request, string reason, AuditActor who, CancellationToken cancellationToken)
    {
        var why = PlainLine.Of(reason).Trim();
        if (why.Length is 0 or > MaxReason) throw Refused("proposal.reason_invalid", $"A proposal has a reason of 1 to {MaxReason} letters: a person decides by it.");
        if (request is ReadingRequest { IgnoresLimits: true })
            throw Refused("proposal.beyond_limits", "A run beyond the limits cannot be proposed.", "Propose it within them; where it parks, a person decides about what it would change.");
        if (request is DryRun or PlanRun or ClearRun) throw Refused("proposal.kind", $"A run of the kind {RunJson.Word(request.Kind)} cannot be proposed.");
        var agent = who.Name ?? throw new ArgumentException("An agent has a name.", nameof(who));
        await _requests.NewAsync(request, Origin(agent, by: null), cancellationToken);
        return await _database.WriteAsync(async connection =>
        {
            var now = _clock.GetUtcNow();
            var open = (await RowsAsync(connection, "proposed_by = @by AND status = 'open' AND expires_at > @now", new { by = CatalogText.Encode(agent), now = now.ToUnixTimeMilliseconds(), limit = MaxOpen }))
                .Select(row => row.ToProposal(now)).ToList();
            var json = RunRequestJson.Write(request);
            if (open.Find(same => RunRequestJson.Write(same.Request) == json) is { } waiting) return waiting;
            if (open.Count >= MaxOpen) throw Refused("proposal.too_many", $"{MaxOpen} proposals of {agent} wait already.", "Wait until a person has decided about some.");
            await connection.ExecuteAsync("DELETE FROM proposals WHERE expires_at < @old", new { old = (now - KeptFor).ToUnixTimeMilliseconds() });
            var made = await ProposalRow.InsertAsync(connection, request, why, agent, now, now + Lasts);
            await NoteAsync(connection, now, who, "proposal.make", made, RunJson.Word(request.Kind));
            return made;
        }, cancellationToken);
    }

    /// <summary>The proposals, the latest first.</summary>
    public Task<IReadOnlyList<Proposal>> ListAsync(ProposalFilter filter, int limit, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var conditions = new List<string>();
        if (filter.Status is { } status)
        {
            conditions.Add(status switch
            {
                ProposalStatus.Open => "status = 'open' AND expires_at > @now",
                ProposalStatus.Expired => "status = 'open' AND expires_at <= @now",
                _ => $"status = '{EnumWord.Of(status)}'",
            });
        }

        if (filter.Before is not null) conditions.Add("(proposed_at < @at OR (proposed_at = @at AND id < @Id))");
        var values = new DynamicParameters(new { now = now.ToUnixTimeMilliseconds(), at = filter.Before?.At.ToUnixTimeMilliseconds(), filter.Before?.Id, limit });
        conditions.Add(OneOf.Condition("pipeline", filter.Pipelines, values));
        return _database.ReadAsync<IReadOnlyList<Proposal>>(async connection =>
            [.. (await RowsAsync(connection, string.Join(" AND ", conditions), values)).Select(row => row.ToProposal(now))], cancellationToken);
    }

    /// <summary>The proposal that a person means: an id, or the beginning of one; <c>p-</c> may be left out.</summary>
    /// <exception cref="TidemarkException"><c>proposal.unknown</c>, <c>proposal.ambiguous</c> (usage).</exception>
    public Task<Proposal> FindAsync(string id, CancellationToken cancellationToken) =>
        _database.ReadAsync(connection => ProposalRow.FindAsync(connection, id, _clock.GetUtcNow()), cancellationToken);

    /// <summary>Approves a proposal and puts its run in the queue: both or neither, and once. The agent is the run's actor.</summary>
    /// <param name="id">Which.</param>
    /// <param name="who">The person.</param>
    /// <param name="cancellationToken">Nothing is decided where it throws.</param>
    /// <exception cref="TidemarkException"><c>proposal.unknown</c>, <c>proposal.decided</c>, <c>proposal.ended</c>, <c>access.own_proposal</c>, and what
    /// has gone meanwhile: <c>pipeline.unknown</c>, <c>run.not_parked</c>… (usage).</exception>
    public async Task<ApprovedProposal> ApproveAsync(string id, AuditActor who, CancellationToken cancellationToken)
    {
        var proposal = await FindAsync(id, cancellationToken);
        // The account that owns the machine owns the home: at the command line there is nobody to be told from it.
        if (who.Door != AuditActor.Command && who.Name == proposal.ProposedBy)
            throw new TidemarkException(FailureKind.Usage, "access.own_proposal", $"{who.Name} proposed this, and somebody else decides.") { Hint = "A person approves it with a token of their own." };
        var run = await _requests.NewAsync(proposal.Request, Origin(proposal.ProposedBy, who.Name), cancellationToken);
        var approved = await _database.WriteAsync(async connection =>
        {
            var queued = await _queue.NowAsync(connection);
            var added = await RunRow.InsertAsync(connection, run, queued, queued);
            return new ApprovedProposal(await DecideAsync(connection, proposal.Id, ProposalStatus.Approved, who, added.Id), added);
        }, cancellationToken);
        _queue.Signal.Set();
        return approved;
    }

    /// <summary>Rejects a proposal; whoever made it may take it back so.</summary>
    /// <inheritdoc cref="ApproveAsync"/>
    public async Task<Proposal> RejectAsync(string id, AuditActor who, CancellationToken cancellationToken)
    {
        var proposal = await FindAsync(id, cancellationToken);
        return await _database.WriteAsync(connection => DecideAsync(connection, proposal.Id, ProposalStatus.Rejected, who, run: null), cancellationToken);
    }

    private async Task<Proposal> DecideAsync(DbConnection connection, string id, ProposalStatus status, AuditActor who, string? run)
    {
        var now = _clock.GetUtcNow();
        var proposal = await ProposalRow.FindAsync(connection, id, now);
        if (proposal.Status == ProposalStatus.Expired) throw Refused("proposal.ended", $"The proposal {id} has ended: nobody decided within {Lasts.Days} days.", "The agent may propose it again.");
        if (proposal.Status != ProposalStatus.Open) throw Refused("proposal.decided", $"The proposal {id} is {EnumWord.Of(proposal.Status)} already, by {proposal.DecidedBy}.");
        await connection.ExecuteAsync("UPDATE proposals SET status = @status, decided_by = @by, decided_at = @at, run = @run WHERE id = @id AND status = 'open'", new
        {
            id,
            status = EnumWord.Of(status),
            by = who.Name is { } name ? CatalogText.Encode(name) : null,
            at = now.ToUnixTimeMilliseconds(),
            run,
        });
        await NoteAsync(connection, now, who, status == ProposalStatus.Approved ? "proposal.approve" : "proposal.reject", proposal, run);
        return await ProposalRow.FindAsync(connection, id, now);
    }

    private static Task<IEnumerable<ProposalRow>> RowsAsync(DbConnection connection, string condition, object values) =>
        connection.QueryAsync<ProposalRow>($"SELECT {ProposalRow.Columns} FROM proposals WHERE {condition} ORDER BY proposed_at DESC, id DESC LIMIT @limit", values);

    private static Task NoteAsync(DbConnection connection, DateTimeOffset now, AuditActor who, string action, Proposal proposal, string? detail) =>
        AuditCatalog.AddAsync(connection, now, new(who, action, $"proposal {proposal.Id} of pipeline {proposal.Pipeline}", AuditOutcome.Done) { Detail = detail });

    private static RunOrigin Origin(string agent, string? by) => new(RunTrigger.Mcp, agent) { ApprovedBy = by };

    private static TidemarkException Refused(string code, string message, string? hint = null) =>
        new(FailureKind.Usage, code, message) { Hint = hint };
}
