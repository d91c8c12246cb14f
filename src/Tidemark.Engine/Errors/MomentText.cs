using System.Globalization;

namespace Tidemark.Engine.Errors;

/// <summary>A moment in a sentence. The engine does not know where its readers are: it is in UTC, and says so.</summary>
public static class MomentText
{
    /// <summary>E.g. <c>2026-11-22T10:15:30Z</c>.</summary>
    public static string Of(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
