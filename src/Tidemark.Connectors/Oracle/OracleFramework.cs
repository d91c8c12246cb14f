using System.Text.Json;

namespace Tidemark.Connectors.Oracle;

/// <summary>Versions of the REST framework, which a pod lists with its versions of the resources.</summary>
internal static class OracleFramework
{
    /// <summary>Whether a version is allowed; true if the list is missing or malformed.</summary>
    /// <param name="version">1 to 9.</param>
    /// <param name="list">JSON array of numbers or of texts, or null.</param>
    public static bool IsAllowed(int version, string? list)
    {
        if (list is null) return true;
        try
        {
            using var json = JsonDocument.Parse(list);
            return json.RootElement.ValueKind != JsonValueKind.Array
                || json.RootElement.EnumerateArray().Any(allowed => allowed.ToString() == $"{version}");
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return true;
        }
    }
}
