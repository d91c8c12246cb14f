using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>The records that could not be written.</summary>
internal static class QuarantineApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var records = api.MapGroup("/quarantine").WithTags("quarantine");
        records.MapGet("", ListAsync).Shows().Produces<ListPage<QuarantineAnswer>>().WithSummary("Lists the records in quarantine, the latest first, without their payload");
        records.MapGet("/{id:long}", GetAsync).Shows().WithSummary("Shows a record in quarantine, with its payload");
        records.MapPost("/retry", RetryAsync).Acts("quarantine.retry", Role.Operator).WithSummary("Tries records again: one sync a pipeline, of their streams");
        records.MapPost("/discard", DiscardAsync).Acts("quarantine.discard", Role.Operator).WithSummary("Gives records up, for good");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] string? stream, [FromQuery] int? limit, [FromQuery] string? cursor,
        [FromQuery] string? format, CancellationToken cancellationToken) =>
        (await PageAsync(home, Caller.Of(http), pipeline, stream, Paging.Of(limit), cursor, cancellationToken)).As(format, ApiJson.Default.QuarantineAnswer);

    /// <summary>The records that a caller may see, without their payload.</summary>
    internal static async Task<ListPage<QuarantineAnswer>> PageAsync(
        Home home, Caller caller, string? pipeline, string? stream, int size, string? cursor, CancellationToken cancellationToken)
    {
        if (pipeline is not null) caller.Require(pipeline);
        var (found, before) = (new List<QuarantineEntry>(), Place(cursor));
        await foreach (var entry in home.Quarantine.ListAsync(new() { Pipeline = pipeline, Stream = stream, Before = before }, int.MaxValue, cancellationToken))
        {
            if (!caller.Sees(entry.Pipeline)) continue;
            found.Add(entry with { Record = entry.Record with { Payload = "" } }); // a payload may be megabytes long
            if (found.Count > size) break;
        }

        return Paging.Cut(found, size, entry => Paging.ByTime(entry.LastSeen, $"{entry.Id}"), entry => QuarantineAnswer.Of(entry, withPayload: false));
    }

    private static async Task<Ok<QuarantineAnswer>> GetAsync(HttpContext http, Home home, long id, CancellationToken cancellationToken)
    {
        var entry = await home.Quarantine.GetAsync(id, cancellationToken);
        Caller.Of(http).Require(entry.Pipeline);
        return TypedResults.Ok(QuarantineAnswer.Of(entry, withPayload: true));
    }

    private static async Task<Accepted<IReadOnlyList<RunAnswer>>> RetryAsync(
        HttpContext http, Home home, ChosenRecords chosen, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        await RequireAsync(http, home, chosen, cancellationToken);
        var runs = new List<RunAnswer>();
        foreach (var (request, _) in await home.Requests.RetryQuarantineAsync(chosen.Ids, cancellationToken))
        {
            var run = await home.StartAsync(request, caller.Origin, key is null ? null : $"{caller.KeyOf(key)}:{request.Pipeline}", cancellationToken);
            runs.Add(RunAnswer.Of(run));
        }

        return TypedResults.Accepted<IReadOnlyList<RunAnswer>>("/api/v1/runs", runs);
    }

    private static async Task<Ok<DiscardedAnswer>> DiscardAsync(HttpContext http, Home home, ChosenRecords chosen, CancellationToken cancellationToken)
    {
        await RequireAsync(http, home, chosen, cancellationToken);
        await home.Quarantine.DiscardAsync(chosen.Ids, Caller.Of(http).Name, cancellationToken);
        return TypedResults.Ok(new DiscardedAnswer(chosen.Ids));
    }

    private static async Task RequireAsync(HttpContext http, Home home, ChosenRecords chosen, CancellationToken cancellationToken)
    {
        if (chosen.Ids.Count is 0 or > Paging.Most)
            throw new TidemarkException(FailureKind.Usage, "request.malformed", $"ids has from 1 to {Paging.Most} numbers.");
        foreach (var id in chosen.Ids.Distinct()) Caller.Of(http).Require((await home.Quarantine.GetAsync(id, cancellationToken)).Pipeline);
        AuditTrail.About(http, $"records {string.Join(", ", chosen.Ids)}");
    }

    private static QuarantinePlace? Place(string? cursor)
    {
        if (Paging.Moment(cursor) is not { } place) return null;
        return new(place.At, Paging.Whole(place.Id) ?? throw Paging.Malformed());
    }
}

/// <summary>The records that an act is for: exactly those that were seen.</summary>
/// <param name="Ids">Their numbers.</param>
public sealed record ChosenRecords(IReadOnlyList<long> Ids);
