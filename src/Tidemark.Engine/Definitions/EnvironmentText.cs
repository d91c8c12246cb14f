using System.Text.RegularExpressions;

namespace Tidemark.Engine.Definitions;

/// <summary>
/// Settings that name environment variables: <c>${NAME}</c>, <c>${NAME:-default}</c> where the variable is unset or
/// empty, and <c>$${</c> for a plain <c>${</c>.
/// </summary>
internal static partial class EnvironmentText
{
    /// <summary>The text with the variables' values put in.</summary>
    /// <param name="text">Text from the file.</param>
    /// <param name="environment">Value of a variable; null if it is not set.</param>
    /// <param name="mistakes">Receives a sentence for every variable that is not set or not written right.</param>
    public static string Expand(string text, Func<string, string?> environment, ICollection<string> mistakes) =>
        Variables.Replace(text, match =>
        {
            if (match.Value == "$${") return "${";
            if (!match.Groups["name"].Success)
            {
                mistakes.Add("After ${ a name and } are expected; a plain ${ is written $${.");
                return "";
            }

            var name = match.Groups["name"].Value;
            var value = environment(name);
            if (match.Groups["default"] is { Success: true } fallback)
                return value is null or "" ? fallback.Value : value;
            if (value is null) mistakes.Add($"The environment variable {name} is not set.");
            return value ?? "";
        });

    /// <summary>The text that expands to this one whatever the environment holds.</summary>
    public static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}|\$\{",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variables { get; }
}
