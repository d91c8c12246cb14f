using Tidemark.Engine.Errors;

namespace Tidemark.Server.Compat;

/// <summary>Parameters as the earlier tools took them.</summary>
internal static class OldParameter
{
    /// <summary>A truth value in any of its spellings; the usual one where it is not given.</summary>
    /// <exception cref="TidemarkException"><c>request.malformed</c> (usage).</exception>
    public static bool Truth(string name, string? text, bool usual) => text?.Trim().ToLowerInvariant() switch
    {
        null => usual,
        "true" or "1" or "yes" or "on" or "t" or "y" => true,
        "false" or "0" or "no" or "off" or "f" or "n" => false,
        _ => throw new TidemarkException(FailureKind.Usage, "request.malformed", $"{name} is true or false, and not {text}."),
    };
}
