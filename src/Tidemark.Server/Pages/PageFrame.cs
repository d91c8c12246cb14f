using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Pages;

/// <summary>What every page has around it. It loads nothing but the style sheet, runs no script, and is in no frame.</summary>
internal static class PageFrame
{
    public const string StyleSheet = "/pages.css";

    private const string Policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Answers with a page.</summary>
    public static IResult Show(HttpContext http, string title, Html body, int status = StatusCodes.Status200OK)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // with no-referrer, browsers hide the origin of a form too
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return TypedResults.Text(Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} · Tidemark</title>
            <link rel="stylesheet" href="{StyleSheet}">
            </head>
            <body>
            <main>
            <p class="name">Tidemark</p>
            <h1>{title}</h1>
            {body}
            </main>
            </body>
            </html>
            """).Text, "text/html; charset=utf-8", statusCode: status);
    }

    /// <summary>A refusal, for a person.</summary>
    public static Html Refusal(TidemarkException? why) => why is null ? Html.None
        : Html.Of($"""<p class="wrong" role="alert">{why.Message} {why.Hint}</p>""");

    public static IResult Style()
    {
        using var sheet = new StreamReader(typeof(PageFrame).Assembly.GetManifestResourceStream("Tidemark.Server.Pages.pages.css")!);
        return TypedResults.Text(sheet.ReadToEnd(), "text/css; charset=utf-8");
    }
}
