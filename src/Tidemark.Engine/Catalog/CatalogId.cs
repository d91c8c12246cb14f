using System.Globalization;
using System.Security.Cryptography;

namespace Tidemark.Engine.Catalog;

/// <summary>Ids that sort by time, e.g. <c>r-20261122-101530-0a1b2c</c>; those of one second differ by the random end.</summary>
internal static class CatalogId
{
    /// <param name="kind">Its first letter.</param>
    /// <param name="now">Its time, by the second in UTC.</param>
    public static string New(char kind, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
