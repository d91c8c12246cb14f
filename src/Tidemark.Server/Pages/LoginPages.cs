using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;
using Tidemark.Server.Access.OpenId;

namespace Tidemark.Server.Pages;

/// <summary>Logs people in and out.</summary>
internal static class LoginPages
{
    private const string Start = "/docs";

    public static void Map(IEndpointRouteBuilder pages, ServerOptions options)
    {
        pages.MapGet("/", (HttpContext http) => TypedResults.LocalRedirect(IsKnown(http) ? Start : "/login"));
        pages.MapGet("/login", (HttpContext http, [FromQuery] string? next, [FromQuery] string? done) =>
            Show(http, options, next, why: null, done is null ? Html.None : Html.Of($"<p>The password is set. Log in with it.</p>")));
        if (options.Passwords) pages.MapPost("/login", LogInAsync).WithMetadata(new OpenForm()).RequireRateLimiting(RequestLimits.Logins);
        if (options.OidcAuthority is not null)
        {
            pages.MapGet("/login/oidc", (HttpContext http, [FromQuery] string? next) => OpenIdLogin.BeginAsync(http, IsOwnPath(next) ? next! : Start))
                .RequireRateLimiting(RequestLimits.Logins);
        }

        pages.MapGet("/logout", (HttpContext http) => IsKnown(http) ? Leave(http) : TypedResults.LocalRedirect("/login"));
        pages.MapPost("/logout", LogOutAsync);
    }

    /// <summary>Whether a text is a path of this server, and of no other.</summary>
    internal static bool IsOwnPath(string? path) =>
        path is ['/'] or ['/', not ('/' or '\\'), ..] && !path.Any(letter => char.IsControl(letter) || letter > '~');

    private static bool IsKnown(HttpContext http) => http.User.Identity is { IsAuthenticated: true } && Caller.Of(http).Session is not null;

    private static async Task<IResult> LogInAsync(HttpContext http, Home home, ServerOptions options, CancellationToken cancellationToken)
    {
        var form = await FormText.ReadAsync(http.Request);
        var next = form["next"].ToString();
        try
        {
            var opened = await home.Logins.LogInAsync(
                $"{form["email"]}", $"{form["password"]}", SessionCookie.DeviceOf(http), IsKnown(http) ? Caller.Of(http).Session : null, cancellationToken);
            SessionCookie.Give(http, opened);
            return SeeOther(http, IsOwnPath(next) ? next : Start);
        }
        catch (TidemarkException refused) when (refused.Code == "login.refused")
        {
            return Show(http, options, next, refused, Html.None, StatusCodes.Status400BadRequest);
        }
    }

    private static IResult Show(HttpContext http, ServerOptions options, string? next, TidemarkException? why, Html note, int status = StatusCodes.Status200OK)
    {
        var to = IsOwnPath(next) ? next! : "";
        var form = !options.Passwords ? Html.None : Html.Of($"""
            <form method="post" action="/login">
            <input type="hidden" name="next" value="{to}">
            <label>E-mail <input name="email" type="email" autocomplete="username" required autofocus></label>
            <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
            <button>Log in</button>
            </form>
            """);
        var provider = options.OidcAuthority is null ? Html.None : Html.Of($"""<p class="other"><a class="button" href="/login/oidc?next={Uri.EscapeDataString(to)}">Log in with your organisation</a></p>""");
        return PageFrame.Show(http, "Log in", Html.Of($"{PageFrame.Refusal(why)}{note}{form}{provider}"), status);
    }

    private static IResult Leave(HttpContext http) => PageFrame.Show(http, "Log out", Html.Of($"""
        <p>You are logged in as {Caller.Of(http).Name}.</p>
        <form method="post" action="/logout">
        <input type="hidden" name="{Antiforgery.Field}" value="{Antiforgery.TokenOf(SessionCookie.Find(http)!)}">
        <button>Log out</button>
        </form>
        """));

    private static async Task<IResult> LogOutAsync(HttpContext http, Home home, CancellationToken cancellationToken)
    {
        if (IsKnown(http)) await home.Sessions.EndAsync(Caller.Of(http).Session!, Caller.Of(http).Name, isLogout: true, new(Caller.Of(http).Name, "page"), cancellationToken);
        SessionCookie.Take(http);
        return SeeOther(http, "/login");
    }

    /// <summary>Answers a form: the browser gets the other page.</summary>
    internal static IResult SeeOther(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
