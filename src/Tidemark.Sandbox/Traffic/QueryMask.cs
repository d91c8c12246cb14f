using System.Text.RegularExpressions;

namespace Tidemark.Sandbox.Traffic;

/// <summary>Some vendors take secrets in the query; the log must not show them.</summary>
internal static partial class QueryMask
{
    public static string Apply(string query) => query.Length == 0 ? query : Secret().Replace(query, "${name}***");

    [GeneratedRegex(
        "(?<name>[?&][^=&]*(secret|token|password|key)[^=&]*=)[^&]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();
}
