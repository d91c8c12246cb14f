using System.Globalization;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Writes the filter <c>q</c> in the syntax of a framework version. The first takes query by example, parted by
/// semicolons, with a second bound that does not repeat the name; from the second on it takes expressions, and refuses
/// the other.
/// </summary>
/// <param name="frameworkVersion">1 to 9, as the header pins it.</param>
/// <remarks>https://docs.oracle.com/en/cloud/saas/sales/faaps/Framework_Versions.html.</remarks>
internal sealed class OracleQuery(int frameworkVersion)
{
    private readonly bool _isByExample = frameworkVersion == 1;

    /// <summary>
    /// Values of a time in whole seconds since 1970 UTC, from one on and below another; null for no bound.
    /// </summary>
    public string? Between(string name, long? from, long? to) => (from, to) switch
    {
        (null, null) => null,
        ({ } low, null) => Compare(name, ">=", Time(low)),
        (null, { } high) => Compare(name, "<", Time(high)),
        ({ } low, { } high) when _isByExample => $"{name}>={Time(low)} and <{Time(high)}",
        ({ } low, { } high) => $"{Compare(name, ">=", Time(low))} and {Compare(name, "<", Time(high))}",
    };

    /// <summary>Ids below one; null for no bound.</summary>
    public string? Below(string name, string? id) => id is null ? null : Compare(name, "<", id);

    /// <summary>All of several conditions; null where there is none.</summary>
    public string? All(params IEnumerable<string?> conditions)
    {
        var text = string.Join(
            _isByExample ? ";" : " and ", conditions.Where(condition => !string.IsNullOrWhiteSpace(condition)));
        return text.Length == 0 ? null : text;
    }

    private string Compare(string name, string sign, string value) =>
        _isByExample ? $"{name}{sign}{value}" : $"{name} {sign} {value}";

    private string Time(long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        var text = time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return _isByExample ? text + "Z" : $"'{text}+00:00'";
    }
}
