using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Engine;
using Tidemark.Engine.Json;
using Tidemark.Server.Api.Answers;

namespace Tidemark.Server.Access;

/// <summary>
/// Lets the bearer of a token in: <c>Authorization: Bearer tdm_…</c>; and, to the old addresses, callers on this machine without one, where the
/// settings say so.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, Home home, TimeProvider clock, ServerOptions server)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "token";

    private const string Bearer = "Bearer ";

    private string? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0) return WithoutToken();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Refuse("token.malformed");
        var token = await home.Tokens.FindAsync(header[Bearer.Length..].Trim(), Context.RequestAborted);
        if (token is null) return Refuse("token.unknown");
        if (token.RevokedAt is not null) return Refuse("token.revoked");
        if (!token.IsValid(clock.GetUtcNow())) return Refuse("token.expired");
        var caller = new Caller(token.Name, token.Role, token.Pipelines);
        return AuthenticateResult.Success(new(caller.ToPrincipal(SchemeName), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        var problem = new ProblemDocument(StatusCodes.Status401Unauthorized, _refusal ?? "token.missing", _refusal switch
        {
            null => "This needs a token.",
            "token.expired" => "The token has ended.",
            "token.revoked" => "The token was revoked.",
            "origin.refused" => "A web page of another origin may not call this without a token.",
            "token.malformed" => "The header Authorization is not Bearer and a token.",
            _ => "There is no such token.",
        })
        {
            Hint = "An administrator makes one; show it in the header: Authorization: Bearer tdm_…",
        };
        return problem.WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var caller = Caller.Of(Context.User);
        return new ProblemDocument(StatusCodes.Status403Forbidden, "access.role", $"{caller.Name} is a {EnumWord.Of(caller.Role)}, and may not do this.")
        {
            Hint = "Ask an administrator for a token with another role.",
        }.WriteAsync(Context);
    }

    private AuthenticateResult WithoutToken()
    {
        if (!server.LocalCallers || !LocalCallers.IsOne(Context)) return AuthenticateResult.NoResult();
        return LocalCallers.IsOfForeignPage(Request, server.CorsOrigins) ? Refuse("origin.refused")
            : AuthenticateResult.Success(new(LocalCallers.Caller.ToPrincipal(SchemeName), SchemeName));
    }

    private AuthenticateResult Refuse(string code)
    {
        _refusal = code;
        return AuthenticateResult.Fail(code);
    }
}
