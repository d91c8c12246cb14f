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

/// <summary>Who may log in, and with which role.</summary>
internal static class UsersApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("access");
        users.MapGet("", ListAsync).Shows(Role.Admin).Produces<ListPage<UserAnswer>>().WithSummary("Lists the users");
        users.MapGet("/{email}", FindAsync).Shows(Role.Admin).WithSummary("Shows one user");
        users.MapPost("", InviteAsync).Acts("user.invite", Role.Admin, isWrittenWithIt: true).WithSummary("Invites a user, and shows the link to set a password this once");
        users.MapPost("/{email}/reset", ResetAsync).Acts("user.reset", Role.Admin, isWrittenWithIt: true).WithSummary("Makes a link to set a new password, and shows it this once");
        users.MapPatch("/{email}", ChangeAsync).Acts("user.change", Role.Admin, isWrittenWithIt: true).WithSummary("Changes name, role or pipelines of a user, or whether they may log in");
        users.MapDelete("/{email}", RemoveAsync).Acts("user.remove", Role.Admin, isWrittenWithIt: true).WithSummary("Removes a user, who is logged out at once");
        users.MapDelete("/{email}/sessions", EndSessionsAsync).Acts("session.revoke", Role.Admin, isWrittenWithIt: true).WithSummary("Logs a user out everywhere");
    }

    private static async Task<IResult> ListAsync(
        Home home, [FromQuery] string? search, [FromQuery] int? limit, [FromQuery] string? cursor, [FromQuery] string? format, CancellationToken cancellationToken)
    {
        var size = Paging.Of(limit);
        var users = (await home.Users.ListAsync(cancellationToken)).Where(user => search is null
            || user.Email.Contains(search, StringComparison.OrdinalIgnoreCase) || user.Name.Contains(search, StringComparison.OrdinalIgnoreCase));
        return Paging.Part(users, size, cursor, user => user.Email, UserAnswer.Of).As(format, ApiJson.Default.UserAnswer);
    }

    private static async Task<Ok<UserAnswer>> FindAsync(Home home, string email, CancellationToken cancellationToken) =>
        TypedResults.Ok(UserAnswer.Of(await home.Users.FindAsync(email, cancellationToken)));

    private static async Task<Created<UserAnswer>> InviteAsync(
        HttpContext http, Home home, ServerOptions options, InvitedUser wanted, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"user {wanted.Email}");
        options.RequirePasswords();
        var (user, link) = await home.Users.InviteAsync(
            new(wanted.Email, wanted.Role) { Name = wanted.Name, Pipelines = wanted.Pipelines }, Who(http), cancellationToken);
        return TypedResults.Created((string?)null, Shown(http, options, user, link));
    }

    private static async Task<Ok<UserAnswer>> ResetAsync(HttpContext http, Home home, ServerOptions options, string email, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"user {email}");
        options.RequirePasswords();
        var (user, link) = await home.Users.ResetAsync(email, Who(http), cancellationToken);
        return TypedResults.Ok(Shown(http, options, user, link));
    }

    private static async Task<Ok<UserAnswer>> ChangeAsync(HttpContext http, Home home, string email, ChangedUser change, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"user {email}");
        var user = await home.Users.ChangeAsync(
            email, new() { Name = change.Name, Role = change.Role, Pipelines = change.Pipelines, IsActive = change.Active }, Who(http), cancellationToken);
        return TypedResults.Ok(UserAnswer.Of(user));
    }

    private static async Task<Ok<UserAnswer>> RemoveAsync(HttpContext http, Home home, string email, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"user {email}");
        return TypedResults.Ok(UserAnswer.Of(await home.Users.RemoveAsync(email, Who(http), cancellationToken)));
    }

    private static async Task<Ok<EndedSessionsAnswer>> EndSessionsAsync(HttpContext http, Home home, string email, CancellationToken cancellationToken)
    {
        AuditTrail.About(http, $"sessions of {email}");
        return TypedResults.Ok(new EndedSessionsAnswer(await home.Sessions.EndAllAsync(email, Who(http), cancellationToken)));
    }

    private static AuditActor Who(HttpContext http) => new(Caller.Of(http).Name, "api");

    private static UserAnswer Shown(HttpContext http, ServerOptions options, User user, UserLink link)
    {
        http.Response.Headers.CacheControl = "no-store";
        return UserAnswer.Of(user, link, options.SetupPage(link.Text, http.Connection.LocalPort));
    }
}

/// <summary>Somebody to invite.</summary>
public sealed record InvitedUser
{
    public required string Email { get; init; }

    /// <summary>Viewer, operator or admin.</summary>
    public required Role Role { get; init; }

    /// <summary>As people call them; absent for the part of the address before the @.</summary>
    public string? Name { get; init; }

    /// <summary>The pipelines that the role is for; absent or empty for all.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];
}

/// <summary>What changes about a user; what is absent stays.</summary>
public sealed record ChangedUser
{
    public string? Name { get; init; }

    /// <summary>Viewer, operator or admin.</summary>
    public Role? Role { get; init; }

    /// <summary>The pipelines that the role is for; empty for all.</summary>
    public IReadOnlyList<string>? Pipelines { get; init; }

    /// <summary>Whether they may log in; whoever may not is logged out at once.</summary>
    public bool? Active { get; init; }
}
