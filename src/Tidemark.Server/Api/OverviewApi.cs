using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>How pipelines stand, and which connectors there are.</summary>
internal static class OverviewApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/status", StatusAsync).Shows().Produces<ListPage<StatusAnswer>>().WithTags("status").WithSummary("Shows how every pipeline stands, first those that need a person");
        api.MapGet("/status/{pipeline}", PipelineStatusAsync).Shows().WithTags("status").WithSummary("Shows how a pipeline stands");
        api.MapGet("/connectors", Connectors).Shows().Produces<ListPage<ConnectorAnswer>>().WithTags("connectors").WithSummary("Lists the connectors with their settings");
        api.MapGet("/connectors/{name}", Connector).Shows().WithTags("connectors").WithSummary("Shows a connector with its settings");
    }

    private static async Task<IResult> StatusAsync(
        HttpContext http, Home home, TimeProvider clock, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format,
        CancellationToken cancellationToken)
    {
        var (caller, size, now) = (Caller.Of(http), Paging.Of(limit), clock.GetUtcNow());
        var all = (await home.StatusAsync(pipeline: null, cancellationToken))
            .Where(status => caller.Sees(status.Pipeline) && (search is null || status.Pipeline.Contains(search, StringComparison.OrdinalIgnoreCase)));
        return Paging.Part(all, size, cursor, status => status.Pipeline, status => StatusAnswer.Of(status, now)).As(format, ApiJson.Default.StatusAnswer);
    }

    private static async Task<Ok<StatusAnswer>> PipelineStatusAsync(HttpContext http, Home home, TimeProvider clock, string pipeline, CancellationToken cancellationToken)
    {
        Caller.Of(http).Require(pipeline);
        PipelineStatus status = (await home.StatusAsync(pipeline, cancellationToken))[0];
        return TypedResults.Ok(StatusAnswer.Of(status, clock.GetUtcNow()));
    }

    private static IResult Connectors(Home home, [FromQuery] string? format) =>
        new ListPage<ConnectorAnswer>([.. home.Connectors.All.Select(connector => ConnectorAnswer.Of(connector.Spec))], Next: null).As(format, ApiJson.Default.ConnectorAnswer);

    private static Ok<ConnectorAnswer> Connector(Home home, string name) =>
        home.Connectors.Find(name) is { } connector ? TypedResults.Ok(ConnectorAnswer.Of(connector.Spec))
            : throw new TidemarkException(FailureKind.Usage, "connector.unknown", $"There is no connector {name}.")
            {
                Hint = NearestName.Hint(name, home.Connectors.Names<IConnector>()),
            };
}
