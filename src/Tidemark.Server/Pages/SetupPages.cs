using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Tidemark.Engine;
using Tidemark.Engine.Errors;
using Tidemark.Server.Access;

namespace Tidemark.Server.Pages;

/// <summary>The page behind a link: somebody sets their password, or becomes the first administrator. Looking at it uses nothing up.</summary>
internal static class SetupPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/setup", LookAsync);
        pages.MapPost("/setup", SetAsync).WithMetadata(new OpenForm()).RequireRateLimiting(RequestLimits.Logins);
    }

    private static Task<IResult> LookAsync(HttpContext http, Home home, [FromQuery] string? token, CancellationToken cancellationToken) =>
        ShowAsync(http, home, token ?? "", email: "", why: null, cancellationToken);

    private static async Task<IResult> SetAsync(HttpContext http, Home home, CancellationToken cancellationToken)
    {
        var form = await FormText.ReadAsync(http.Request);
        var (token, email, password) = ($"{form["token"]}", $"{form["email"]}", $"{form["password"]}");
        try
        {
            if (password != form["again"]) throw new TidemarkException(FailureKind.Usage, "user.passwords_differ", "The two passwords differ.");
            if (await home.UserLinks.LookAsync(token, cancellationToken) is null) await home.UserLinks.MakeFirstAsync(token, email, password, cancellationToken);
            else await home.UserLinks.SetPasswordAsync(token, password, cancellationToken);
            SessionCookie.Take(http);
            return LoginPages.SeeOther(http, "/login?done=1");
        }
        catch (TidemarkException wrong) when (wrong.Kind == FailureKind.Usage)
        {
            return await ShowAsync(http, home, token, email, wrong, cancellationToken);
        }
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Home home, string token, string email, TidemarkException? why, CancellationToken cancellationToken)
    {
        try
        {
            var user = await home.UserLinks.LookAsync(token, cancellationToken);
            var who = user is null
                ? Html.Of($"""<label>E-mail <input name="email" type="email" autocomplete="username" value="{email}" required autofocus></label>""")
                : Html.Of($"""<label>E-mail <input type="email" autocomplete="username" value="{user.Email}" readonly></label>""");
            return PageFrame.Show(http, user is null ? "Become the administrator" : "Set your password", Html.Of($"""
                {PageFrame.Refusal(why)}
                <form method="post" action="/setup">
                <input type="hidden" name="token" value="{token}">
                {who}
                <label>Password <input name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required></label>
                <label>Password again <input name="again" type="password" autocomplete="new-password" minlength="12" maxlength="128" required></label>
                <p class="soft">At least 12 letters. A few words that do not belong together are long and easy to remember.</p>
                <button>Set password</button>
                </form>
                """), why is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
        }
        catch (TidemarkException ended) when (ended.Code == "link.ended")
        {
            return PageFrame.Show(http, "This link is over", PageFrame.Refusal(ended), StatusCodes.Status404NotFound);
        }
    }
}
