using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Access;

/// <summary>
/// Knows who calls: the bearer of a token, <c>Authorization: Bearer tdm_…</c>; a user by the cookie of their session; and, at the old
/// addresses, callers on this machine without either, where the settings say so.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, Home home, TimeProvider clock, ServerOptions server)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "caller";

    private const string Bearer = "Bearer ";

    private string? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0) return await OfSessionAsync() ?? WithoutToken();
        var (token, refusal) = await OfHeaderAsync(header, home, clock, Context.RequestAborted);
        return token is null ? Refuse(refusal!) : Known(new(token.Name, token.Role, token.Pipelines) { ActsAlone = token.ActsAlone });
    }

    /// <summary>Whether a caller who was let in would be let in now too; for answers that go on for long.</summary>
    public static async Task<bool> IsStillKnownAsync(HttpContext http, TimeProvider clock)
    {
        var home = http.RequestServices.GetRequiredService<Home>();
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0) return (await OfHeaderAsync(header, home, clock, http.RequestAborted)).Token is not null;
        return SessionCookie.Find(http) is not { } text || await home.Sessions.FindAsync(text, http.RequestAborted) is not null;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        var problem = new ProblemDocument(StatusCodes.Status401Unauthorized, _refusal ?? "token.missing", _refusal switch
        {
            null => "This needs a token.",
            "session.ended" => "The session has ended.",
            "token.expired" => "The token has ended.",
            "token.revoked" => "The token was revoked.",
            "origin.refused" => "A web page of another origin may not call this without a token.",
            "token.malformed" => "The header Authorization is not Bearer and a token.",
            _ => "There is no such token.",
        })
        {
            Hint = _refusal == "session.ended" ? "Log in again at /login." : "An administrator makes one; show it in the header: Authorization: Bearer tdm_…",
        };
        return problem.WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var caller = Caller.Of(Context.User);
        return new ProblemDocument(StatusCodes.Status403Forbidden, "access.role", caller.WhyNot)
        {
            Hint = caller.Session is null ? "Ask an administrator for a token with another role." : "Ask an administrator for another role.",
        }.WriteAsync(Context);
    }

    /// <summary>The token that a header bears; else the code of why there is none that counts.</summary>
    private static async Task<(AccessToken? Token, string? Refusal)> OfHeaderAsync(string header, Home home, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return (null, "token.malformed");
        return await home.Tokens.FindAsync(header[Bearer.Length..].Trim(), cancellationToken) switch
        {
            null => (null, "token.unknown"),
            { RevokedAt: not null } => (null, "token.revoked"),
            var token when !token.IsValid(clock.GetUtcNow()) => (null, "token.expired"),
            var token => (token, null),
        };
    }

    private async Task<AuthenticateResult?> OfSessionAsync()
    {
        if (SessionCookie.Find(Context) is not { } text) return null;
        if (await home.Sessions.FindAsync(text, Context.RequestAborted) is { } found)
            return Known(new(found.User.Email, found.User.Role, found.User.Pipelines) { Session = found.Session.Id });
        _refusal = "session.ended";
        return null;
    }

    private AuthenticateResult WithoutToken()
    {
        if (!server.LocalCallers || !LocalCallers.IsOne(Context)) return AuthenticateResult.NoResult();
        return PageOrigin.IsForeign(Request, server, server.CorsOrigins) ? Refuse("origin.refused") : Known(LocalCallers.Caller);
    }

    private static AuthenticateResult Known(Caller caller) => AuthenticateResult.Success(new(caller.ToPrincipal(SchemeName), SchemeName));

    private AuthenticateResult Refuse(string code)
    {
        _refusal = code;
        return AuthenticateResult.Fail(code);
    }
}
