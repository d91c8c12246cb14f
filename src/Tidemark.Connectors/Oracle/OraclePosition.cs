using System.Globalization;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// Where the next page of a range begins, without counting records: an offset would skip one for each that is deleted
/// or moves on while the list is read.
/// </summary>
/// <param name="Second">First second to read, since 1970 UTC; null for the start of the slice.</param>
/// <param name="IsWithin">Whether only that second is read, by falling id, because it does not fit one page.</param>
/// <param name="Below">The last id read within the second; null before the first.</param>
internal sealed record OraclePosition(long? Second, bool IsWithin, string? Below)
{
    /// <summary>The position that a slice keeps: <c>second</c>, <c>second/</c> or <c>second/id</c>.</summary>
    public static OraclePosition Of(Slice slice)
    {
        if (slice.Position is not { } text) return new(null, false, null);
        var parts = text.Split('/');
        var second = long.Parse(parts[0], CultureInfo.InvariantCulture);
        return new(second, parts.Length > 1, parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null);
    }

    public static string From(long second) => second.ToString(CultureInfo.InvariantCulture);

    public static string Within(long second, string below = "") => $"{From(second)}/{below}";
}
