using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;

namespace Tidemark.Server.Webhooks;

/// <summary>Calls of vendors that something has changed. They show no token: the vendor's signature lets them in.</summary>
internal static class WebhooksApi
{
    // The largest event of a vendor is far below.
    private const int MaxBodyBytes = 1 << 20;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/webhooks/{source}", HearAsync).Hears("webhook.hear").RequireRateLimiting(RequestLimits.Calls).WithTags("webhooks").WithSummary("Takes a vendor's call that something has changed, and starts a merge of it");

    private static async Task<Accepted<HeardCallAnswer>> HearAsync(HttpContext http, Home home, string source, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"source {source}");
        await home.Webhooks.RequireAsync(source, cancellationToken);
        if (!Uri.TryCreate(http.Request.GetEncodedUrl(), UriKind.Absolute, out var address)) throw new TidemarkException(FailureKind.Usage, "request.malformed", "The header Host is none.");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBodyBytes;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        var call = new WebhookCall(address, body.ToArray(), name => http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null);
        var heard = await home.Webhooks.HearAsync(source, call, cancellationToken);
        return TypedResults.Accepted((string?)null, new HeardCallAnswer(heard.Event, heard.Streams, heard.Pipelines));
    }
}

/// <summary>What came of a vendor's call.</summary>
/// <param name="Event">The vendor's word for it; absent where it has none.</param>
/// <param name="Streams">The streams that it tells of; absent where the vendor does not say.</param>
/// <param name="Pipelines">The pipelines that a merge of them is started for, within seconds.</param>
public sealed record HeardCallAnswer(string? Event, IReadOnlyList<string>? Streams, IReadOnlyList<string> Pipelines);
