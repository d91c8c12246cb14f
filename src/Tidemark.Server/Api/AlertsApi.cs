using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Messages to channels: tests, what was sent, and sending it again.</summary>
internal static class AlertsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/channels/{name}/test", TestAsync).Acts("channel.test", Role.Operator).WithTags("channels").WithSummary("Sends a test message to a channel, and says what came of it");
        var deliveries = api.MapGroup("/deliveries").WithTags("deliveries");
        deliveries.MapGet("", ListAsync).Shows().Produces<ListPage<DeliveryAnswer>>().WithSummary("Lists messages to channels, the latest first");
        deliveries.MapGet("/{id}", GetAsync).Shows().WithSummary("Shows a message to a channel, with every attempt to send it");
        deliveries.MapPost("/{id}/replay", ReplayAsync).Acts("delivery.replay", Role.Operator).WithSummary("Sends a message again, with the id that it has");
    }

    private static async Task<Ok<ChannelTestAnswer>> TestAsync(HttpContext http, Home home, string name, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        AuditTrail.About(http, $"channel {name}");
        return TypedResults.Ok(ChannelTestAnswer.Of(name, await home.TestChannelAsync(name, cancellationToken)));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? channel, [FromQuery] string? state, [FromQuery] string? run, [FromQuery] int? limit,
        [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        var size = Paging.Of(limit);
        var found = await home.Deliveries.ListAsync(new()
        {
            Channel = channel,
            State = state is null ? null : QueryText.Word<DeliveryState>("state", state),
            Run = run,
            Before = Paging.Moment(cursor),
        }, size + 1, cancellationToken);
        return Paging.Cut(found, size, delivery => Paging.ByTime(delivery.MadeAt, delivery.Id), DeliveryAnswer.Of).As(format, ApiJson.Default.DeliveryAnswer);
    }

    private static async Task<Ok<DeliveryAnswer>> GetAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        return TypedResults.Ok(DeliveryAnswer.Of(await home.Deliveries.GetAsync(id, cancellationToken)));
    }

    private static async Task<Ok<DeliveryAnswer>> ReplayAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        Caller.Of(http).RequireAll();
        AuditTrail.About(http, $"delivery {id}");
        return TypedResults.Ok(DeliveryAnswer.Of(await home.Deliveries.ReplayAsync(id, cancellationToken)));
    }
}
