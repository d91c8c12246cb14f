using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Wire;
using Tidemark.Server.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Api;

/// <summary>Who may do what, and who did.</summary>
internal static class AccessApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("access");
        tokens.MapGet("", ListAsync).Shows(Role.Admin).Produces<ListPage<TokenAnswer>>().WithSummary("Lists the tokens, without their secrets");
        tokens.MapPost("", CreateAsync).Acts("token.create", Role.Admin, isWrittenWithIt: true).WithSummary("Makes a token, and shows it this once");
        tokens.MapDelete("/{name}", RevokeAsync).Acts("token.revoke", Role.Admin, isWrittenWithIt: true).WithSummary("Ends a token, by its name or its id");
        api.MapGet("/audit", AuditAsync).Shows(Role.Admin).Produces<ListPage<AuditAnswer>>().WithTags("access").WithSummary("Lists who asked for what, the latest first");
    }

    private static async Task<IResult> ListAsync(
        Home home, TimeProvider clock, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format,
        CancellationToken cancellationToken)
    {
        var (size, now) = (Paging.Of(limit), clock.GetUtcNow());
        var tokens = (await home.Tokens.ListAsync(cancellationToken))
            .Where(token => search is null || token.Name.Contains(search, StringComparison.OrdinalIgnoreCase));
        return Paging.Part(tokens, size, cursor, token => token.Id, token => TokenAnswer.Of(token, now)).As(format, ApiJson.Default.TokenAnswer);
    }

    private static async Task<Created<TokenAnswer>> CreateAsync(
        HttpContext http, Home home, TimeProvider clock, NewToken wanted, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"token {wanted.Name}");
        var created = await home.Tokens.CreateAsync(
            wanted.Name, wanted.Role, wanted.Pipelines, wanted.ExpiresAt, wanted.ActsAlone, new(Caller.Of(http).Name, "api"), cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, TokenAnswer.Of(created, clock.GetUtcNow()));
    }

    private static async Task<Ok<TokenAnswer>> RevokeAsync(HttpContext http, Home home, TimeProvider clock, string name, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"token {name}");
        var revoked = await home.Tokens.RevokeAsync(name, new(Caller.Of(http).Name, "api"), cancellationToken);
        return TypedResults.Ok(TokenAnswer.Of(revoked, clock.GetUtcNow()));
    }

    private static async Task<IResult> AuditAsync(
        Home home, [FromQuery] string? actor, [FromQuery] string? action, [FromQuery] string? outcome, [FromQuery] DateTimeOffset? since,
        [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var size = Paging.Of(limit);
        var lines = await home.Audit.ListAsync(new()
        {
            Actor = actor,
            Action = action,
            Outcome = outcome is null ? null : QueryText.Word<AuditOutcome>("outcome", outcome),
            Since = since,
            Before = Paging.Number(cursor),
        }, size + 1, cancellationToken);
        return Paging.Cut(lines, size, line => $"{line.Id}", AuditAnswer.Of).As(format, ApiJson.Default.AuditAnswer);
    }
}

/// <summary>A token that is asked for.</summary>
public sealed record NewToken
{
    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>The pipelines that it is for; absent or empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>When it ends; absent for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether an agent that holds it may start runs, and need not propose them; for an operator or an admin.</summary>
    public bool ActsAlone { get; init; }
}
