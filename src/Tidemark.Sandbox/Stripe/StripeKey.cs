using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Checks the API key, given as a bearer token or as the user of basic authentication.</summary>
internal static class StripeKey
{
    private const string Accepted = "sk_test_tidemark";
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <exception cref="StripeProblem">401: no key, a wrong one or an expired one.</exception>
    public static void Check(HttpRequest request, bool isExpired)
    {
        if (Read(request.Headers.Authorization.ToString()) is not { Length: > 0 } key)
        {
            throw StripeProblem.Unauthorized(
                null, "You did not provide an API key. Send it in the Authorization header, as bearer or basic user.");
        }

        if (key != Accepted) throw StripeProblem.Unauthorized(null, $"Invalid API Key provided: {Mask(key)}");
        if (isExpired) throw StripeProblem.Unauthorized("api_key_expired", $"Expired API Key provided: {Mask(key)}");
    }

    private static string? Read(string header)
    {
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return header[Bearer.Length..].Trim();
        if (!header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return null;

        Span<byte> decoded = stackalloc byte[256];
        if (!Convert.TryFromBase64String(header[Basic.Length..].Trim(), decoded, out var length)) return null;
        var pair = Encoding.UTF8.GetString(decoded[..length]);
        // A password makes it another key than the one that was given out.
        return pair.EndsWith(':') ? pair[..^1] : pair;
    }

    private static string Mask(string key) =>
        key.Length < 16 ? new('*', key.Length) : key[..8] + new string('*', key.Length - 12) + key[^4..];
}
