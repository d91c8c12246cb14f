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

/// <summary>Who calls, and where people are logged in. Everybody sees and ends their own sessions, administrators all.</summary>
internal static class SessionsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var access = api.MapGroup("").WithTags("access");
        access.MapGet("/me", Me).Shows().WithSummary("Says who calls");
        access.MapPut("/me/password", ChangePasswordAsync).Acts("user.password", Role.Viewer, isWrittenWithIt: true).RequireRateLimiting(RequestLimits.Logins)
            .WithSummary("Sets a new password, and logs the user out everywhere else");
        access.MapGet("/sessions", ListAsync).Shows().Produces<ListPage<SessionAnswer>>().WithSummary("Lists the sessions that are open, the latest first");
        access.MapDelete("/sessions/{id}", EndAsync).Acts("session.revoke", Role.Viewer, isWrittenWithIt: true).WithSummary("Ends a session");
    }

    private static Ok<CallerAnswer> Me(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(CallerAnswer.Of(http));
    }

    private static async Task<Ok<SessionAnswer>> ChangePasswordAsync(
        HttpContext http, Home home, ServerOptions options, NewPassword wanted, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        caller.RequireUser();
        AuditTrail.About(http, $"user {caller.Name}");
        options.RequirePasswords();
        var opened = await home.Logins.ChangePasswordAsync(caller.Name, wanted.Current, wanted.New, SessionCookie.DeviceOf(http), cancellationToken);
        SessionCookie.Give(http, opened);
        return TypedResults.Ok(SessionAnswer.Of(opened.Session) with { Current = true });
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Home home, [FromQuery] string? user, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format,
        CancellationToken cancellationToken)
    {
        var (size, caller) = (Paging.Of(limit), Caller.Of(http));
        var sessions = await home.Sessions.ListAsync(caller.Role == Role.Admin ? user : caller.UserName, cancellationToken);
        return Paging.Part(sessions, size, cursor, session => session.Id,
            session => SessionAnswer.Of(session) with { Current = session.Id == caller.Session ? true : null }).As(format, ApiJson.Default.SessionAnswer);
    }

    private static async Task<Ok<SessionAnswer>> EndAsync(HttpContext http, Home home, string id, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"session {id}");
        var caller = Caller.Of(http);
        var ended = await home.Sessions.EndAsync(id, caller.Role == Role.Admin ? null : caller.UserName, isLogout: false, new(caller.Name, "api"), cancellationToken);
        return TypedResults.Ok(SessionAnswer.Of(ended));
    }
}

/// <summary>What somebody is who calls.</summary>
public enum CallerKind
{
    Token,
    User,
}

/// <summary>Who calls.</summary>
/// <param name="Name">A user's address, or a token's name.</param>
/// <param name="Role">The role.</param>
/// <param name="Pipelines">The pipelines that the role is for; empty for all.</param>
public sealed record CallerAnswer(string Name, Role Role, IReadOnlyList<string> Pipelines)
{
    public required CallerKind Kind { get; init; }

    /// <summary>A user's session; absent for other callers.</summary>
    public string? Session { get; init; }

    /// <summary>What a user's requests that change something carry in the header X-Tidemark-Antiforgery; absent for other callers.</summary>
    public string? Antiforgery { get; init; }

    internal static CallerAnswer Of(HttpContext http)
    {
        var caller = Caller.Of(http);
        return new(caller.Name, caller.Role, caller.Pipelines)
        {
            Kind = caller.Session is not null ? CallerKind.User : CallerKind.Token,
            Session = caller.Session,
            Antiforgery = caller.Session is not null && SessionCookie.Find(http) is { } shown ? Access.Antiforgery.TokenOf(shown) : null,
        };
    }
}

/// <summary>A user's new password.</summary>
public sealed record NewPassword
{
    /// <summary>The password until now.</summary>
    public required string Current { get; init; }

    /// <summary>From 12 to 128 letters.</summary>
    public required string New { get; init; }
}
