using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Oracle;

/// <summary>Checks user and password, or a bearer token.</summary>
internal static class OracleLogin
{
    private const string Word = "tidemark";
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    public static bool IsAccepted(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return header[Bearer.Length..].Trim() == Word;
        if (!header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)) return false;
        Span<byte> decoded = stackalloc byte[256];
        return Convert.TryFromBase64String(header[Basic.Length..].Trim(), decoded, out var length)
            && Encoding.UTF8.GetString(decoded[..length]) == $"{Word}:{Word}";
    }
}
