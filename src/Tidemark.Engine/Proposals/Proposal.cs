using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Proposals;

/// <summary>How a proposal stands.</summary>
public enum ProposalStatus
{
    /// <summary>It waits for a person.</summary>
    Open,

    /// <summary>A person approved it, and its run was put in the queue.</summary>
    Approved,

    Rejected,

    /// <summary>Nobody decided in time.</summary>
    Expired,
}

/// <summary>A run that an agent proposes: a stored request, which begins where a person approves it, and never otherwise.</summary>
/// <param name="Id">E.g. <c>p-20261122-101530-0a1b2c</c>.</param>
/// <param name="Request">The run.</param>
/// <param name="Reason">Why, in the agent's words.</param>
/// <param name="ProposedBy">Name of the agent's token.</param>
/// <param name="ProposedAt">When.</param>
/// <param name="ExpiresAt">When it can no longer be approved.</param>
/// <param name="Status">How it stands.</param>
public sealed record Proposal(
    string Id, RunRequest Request, string Reason, string ProposedBy, DateTimeOffset ProposedAt, DateTimeOffset ExpiresAt, ProposalStatus Status)
{
    public string Pipeline => Request.PipelineName;

    /// <summary>Who approved or rejected it; null while nobody has.</summary>
    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The run that it became; null where it became none.</summary>
    public string? Run { get; init; }
}

/// <summary>Which proposals to list.</summary>
public sealed record ProposalFilter
{
    /// <summary>Only those of these pipelines; empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    public ProposalStatus? Status { get; init; }

    /// <summary>Only those before this one; null from the latest on.</summary>
    public (DateTimeOffset At, string Id)? Before { get; init; }
}

/// <summary>A proposal that has just been approved.</summary>
/// <param name="Proposal">The proposal.</param>
/// <param name="Run">Its run, which waits in the queue.</param>
public sealed record ApprovedProposal(Proposal Proposal, RunRecord Run);
