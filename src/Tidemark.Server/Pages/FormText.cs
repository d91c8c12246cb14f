using Microsoft.AspNetCore.Http;
using Tidemark.Engine.Errors;

namespace Tidemark.Server.Pages;

/// <summary>What a form of a page sends: texts, and no files.</summary>
internal static class FormText
{
    private const string ContentType = "application/x-www-form-urlencoded";

    public static bool IsOne(HttpRequest request) => request.ContentType is { } type
        && (type.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || type.StartsWith(ContentType + ";", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    public static async Task<IFormCollection> ReadAsync(HttpRequest request)
    {
        if (!IsOne(request)) throw Malformed();
        try
        {
            return await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            throw Malformed();
        }
    }

    private static TidemarkException Malformed() => new(FailureKind.Usage, "request.malformed", "The request is not what the form sends.");
}
