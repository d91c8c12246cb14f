using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Definitions;

/// <summary>What the name of a time zone keeps to.</summary>
internal static class TimeZoneRules
{
    /// <summary>What is wrong with a name; null where nothing is.</summary>
    public static DefinitionMistake? Mistake(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out _) ? null
        : DefinitionMistake.Invalid("time_zone", $"is no time zone: {name}.",
            NearestName.Hint(name, TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id), shown: 3) is var hint && hint.StartsWith("Did", StringComparison.Ordinal)
                ? hint : "It has a name such as Europe/Berlin, America/New_York or UTC.");
}
