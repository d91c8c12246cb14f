using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Close;

/// <summary>Checks the API key: the user of basic authentication, with an empty password.</summary>
internal static class CloseLogin
{
    private const string Accepted = "api_tidemark:";
    private const string Basic = "Basic ";

    /// <exception cref="CloseProblem">401.</exception>
    public static void Check(HttpRequest request, bool isExpired)
    {
        var header = request.Headers.Authorization.ToString();
        Span<byte> decoded = stackalloc byte[256];
        var isKnown = header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(header[Basic.Length..].Trim(), decoded, out var length)
            && Encoding.UTF8.GetString(decoded[..length]) == Accepted;
        if (!isKnown || isExpired)
        {
            throw new CloseProblem(
                StatusCodes.Status401Unauthorized,
                "The server could not verify that you are authorized to access the desired URL.");
        }
    }
}
