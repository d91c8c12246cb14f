using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Stripe;

internal static class StripeVersion
{
    public const string Header = "Stripe-Version";
    public const string Current = "2026-10-28.endive";

    /// <exception cref="StripeProblem">400: a version whose shapes this stand-in does not have.</exception>
    public static void Check(HttpRequest request)
    {
        var asked = request.Headers[Header].ToString();
        if (asked is "" or Current) return;
        throw new StripeProblem(
            StatusCodes.Status400BadRequest, null, null, $"Invalid Stripe API version: {asked}");
    }
}
