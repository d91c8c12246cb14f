using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Runs that agents propose; a person approves or rejects them.</summary>
internal static class ProposalsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var proposals = api.MapGroup("/proposals").WithTags("proposals");
        proposals.MapGet("", ListAsync).Shows().Produces<ListPage<ProposalAnswer>>().WithSummary("Lists the runs that agents propose, the latest first");
        proposals.MapGet("/{id}", GetAsync).Shows().WithSummary("Shows a proposal");
        proposals.MapPost("/{id}/approve", ApproveAsync).Acts("proposal.approve", Role.Operator, isWrittenWithIt: true)
            .WithSummary("Starts the run that was proposed; it obeys the limits");
        proposals.MapPost("/{id}/reject", RejectAsync).Acts("proposal.reject", Role.Operator, isWrittenWithIt: true).WithSummary("Rejects a proposal: it starts nothing");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] string? status, [FromQuery] int? limit, [FromQuery] string? cursor,
        [FromQuery] string? format, CancellationToken cancellationToken) =>
        (await PageAsync(home, Caller.Of(http), pipeline, status is null ? null : QueryText.Word<ProposalStatus>("status", status), Paging.Of(limit), cursor, cancellationToken)).As(format, ApiJson.Default.ProposalAnswer);

    /// <summary>The proposals that a caller may see.</summary>
    internal static async Task<ListPage<ProposalAnswer>> PageAsync(
        Home home, Caller caller, string? pipeline, ProposalStatus? status, int size, string? cursor, CancellationToken cancellationToken)
    {
        if (pipeline is not null) caller.Require(pipeline);
        var found = await home.Proposals.ListAsync(new()
        {
            Pipelines = pipeline is null ? caller.Pipelines : [pipeline],
            Status = status,
            Before = Paging.Moment(cursor),
        }, size + 1, cancellationToken);
        return Paging.Cut(found, size, proposal => Paging.ByTime(proposal.ProposedAt, proposal.Id), ProposalAnswer.Of);
    }

    private static async Task<Ok<ProposalAnswer>> GetAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken) =>
        TypedResults.Ok(ProposalAnswer.Of(await FindAsync(http, home, id, cancellationToken)));

    private static async Task<Accepted<RunAnswer>> ApproveAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var proposal = await FindAsync(http, home, id, cancellationToken);
        var (_, run) = await home.Proposals.ApproveAsync(proposal.Id, new(Caller.Of(http).Name, "api"), cancellationToken);
        return TypedResults.Accepted(RunsApi.AddressOf(run), RunAnswer.Of(run));
    }

    private static async Task<Ok<ProposalAnswer>> RejectAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var proposal = await FindAsync(http, home, id, cancellationToken);
        return TypedResults.Ok(ProposalAnswer.Of(await home.Proposals.RejectAsync(proposal.Id, new(Caller.Of(http).Name, "api"), cancellationToken)));
    }

    /// <summary>The proposal of an id, of a pipeline that the caller may see.</summary>
    private static async Task<Proposal> FindAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        var proposal = await home.Proposals.FindAsync(id, cancellationToken);
        Caller.Of(http).Require(proposal.Pipeline);
        AuditTrail.About(http, $"proposal {proposal.Id} of pipeline {proposal.Pipeline}");
        return proposal;
    }
}
