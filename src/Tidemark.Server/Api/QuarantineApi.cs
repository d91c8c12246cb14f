using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>The records that could not be written.</summary>
internal static class QuarantineApi
{
    private const int MostPayloads = 20;

    public static void Map(IEndpointRouteBuilder api)
    {
        var records = api.MapGroup("/quarantine").WithTags("quarantine");
        records.MapGet("", ListAsync).Shows().Produces<ListPage<QuarantineAnswer>>().WithSummary("Lists the records in quarantine, the latest first, without their payload unless it is wanted");
        records.MapGet("/{id:long}", GetAsync).Shows().WithSummary("Shows a record in quarantine, with its payload");
        records.MapPost("/retry", RetryAsync).Acts("quarantine.retry", Role.Operator).WithSummary("Tries records again: one sync a pipeline, of their streams");
        records.MapPost("/discard", DiscardAsync).Acts("quarantine.discard", Role.Operator).WithSummary("Gives records up, for good");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? pipeline, [FromQuery] string? stream, [FromQuery] string? run, [FromQuery] bool? payload, [FromQuery] int? limit,
        [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken) =>
        (await PageAsync(home, Caller.Of(http), new() { Pipeline = pipeline, Stream = stream, Run = run }, payload is true, Paging.Of(limit), cursor, cancellationToken))
            .As(format, ApiJson.Default.QuarantineAnswer);

    /// <summary>The records that a caller may see.</summary>
    /// <param name="home">Has the records.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="wanted">Which records.</param>
    /// <param name="withPayload">Whether their payload is shown; it may be megabytes long, and so there are fewer on a page.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="cursor">The place to begin; null for the latest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal static async Task<ListPage<QuarantineAnswer>> PageAsync(
        Home home, Caller caller, QuarantineFilter wanted, bool withPayload, int size, string? cursor, CancellationToken cancellationToken)
    {
        if (wanted.Pipeline is { } pipeline) caller.Require(pipeline);
        if (withPayload) size = Math.Min(size, MostPayloads);
        var found = new List<QuarantineEntry>();
        await foreach (var entry in home.Quarantine.ListAsync(wanted with { Before = Place(cursor) }, int.MaxValue, cancellationToken))
        {
            if (!caller.Sees(entry.Pipeline)) continue;
            found.Add(withPayload ? entry : entry with { Record = entry.Record with { Payload = "" } });
            if (found.Count > size) break;
        }

        return Paging.Cut(found, size, entry => Paging.ByTime(entry.LastSeen, $"{entry.Id}"), entry => QuarantineAnswer.Of(entry, withPayload));
    }

    private static async Task<Ok<QuarantineAnswer>> GetAsync(HttpContext http, Home home, long id, CancellationToken cancellationToken)
    {
        var entry = await home.Quarantine.GetAsync(id, cancellationToken);
        Caller.Of(http).Require(entry.Pipeline);
        return TypedResults.Ok(QuarantineAnswer.Of(entry, withPayload: true));
    }

    private static async Task<Accepted<IReadOnlyList<RunAnswer>>> RetryAsync(
        HttpContext http, Home home, RetriedRecords chosen, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        var runs = new List<RunAnswer>();
        foreach (var (request, _) in await RetriesAsync(http, home, chosen, cancellationToken))
        {
            var run = await home.StartAsync(request, caller.Origin, key is null ? null : $"{caller.KeyOf(key)}:{request.Pipeline}", cancellationToken);
            runs.Add(RunAnswer.Of(run));
        }

        return TypedResults.Accepted<IReadOnlyList<RunAnswer>>("/api/v1/runs", runs);
    }

    private static async Task<Ok<DiscardedAnswer>> DiscardAsync(HttpContext http, Home home, ChosenRecords chosen, CancellationToken cancellationToken)
    {
        await RequireAsync(http, home, chosen.Ids, cancellationToken);
        await home.Quarantine.DiscardAsync(chosen.Ids, Caller.Of(http).Name, cancellationToken);
        return TypedResults.Ok(new DiscardedAnswer(chosen.Ids));
    }

    private static async Task<IReadOnlyList<QuarantineRetry>> RetriesAsync(HttpContext http, Home home, RetriedRecords chosen, CancellationToken cancellationToken)
    {
        if (chosen.Pipeline is not { } pipeline)
        {
            await RequireAsync(http, home, chosen.Ids, cancellationToken);
            return await home.Requests.RetryQuarantineAsync(chosen.Ids, cancellationToken);
        }

        if (chosen.Ids.Count > 0) throw new TidemarkException(FailureKind.Usage, "request.malformed", "The body has ids or a pipeline, not both.");
        Caller.Of(http).Require(pipeline);
        AuditTrail.About(http, $"records of pipeline {pipeline}");
        return await home.Requests.RetryQuarantineAsync(pipeline, cancellationToken);
    }

    private static async Task RequireAsync(HttpContext http, Home home, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count is 0 or > Paging.Most)
            throw new TidemarkException(FailureKind.Usage, "request.malformed", $"ids has from 1 to {Paging.Most} numbers.");
        foreach (var id in ids.Distinct()) Caller.Of(http).Require((await home.Quarantine.GetAsync(id, cancellationToken)).Pipeline);
        AuditTrail.About(http, $"records {string.Join(", ", ids)}");
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

/// <summary>Records to try again.</summary>
public sealed record RetriedRecords
{
    /// <summary>Their numbers; absent or empty where a pipeline is named.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    /// <summary>All records of this pipeline; absent where ids are named.</summary>
    public string? Pipeline { get; init; }
}
