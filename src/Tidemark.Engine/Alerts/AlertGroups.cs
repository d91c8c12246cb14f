using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;

namespace Tidemark.Engine.Alerts;

/// <summary>Which alerts are told now, and which go in one message.</summary>
internal static class AlertGroups
{
    /// <summary>Parts of one message at most; what is more goes in the next.</summary>
    public const int Most = 20;

    /// <param name="rule">The rule.</param>
    /// <param name="waiting">Its alerts that are neither told nor over, the oldest first.</param>
    /// <param name="now">The moment.</param>
    /// <returns>The parts of each message that is due.</returns>
    public static IReadOnlyList<IReadOnlyList<Alert>> Due(AlertDefinition rule, IEnumerable<Alert> waiting, DateTimeOffset now) =>
    [
        .. waiting.GroupBy(alert => alert.Said.Severity == AlertSeverity.Critical)
            .Where(group => IsDue(rule, [.. group], isCritical: group.Key, now))
            .SelectMany(group => group.Where(alert => Ripe(rule, alert) <= now).Chunk(Most)),
    ];

    private static bool IsDue(AlertDefinition rule, IReadOnlyList<Alert> group, bool isCritical, DateTimeOffset now)
    {
        if (group.Min(alert => Ripe(rule, alert)) + rule.GroupSpan > now) return false;
        return isCritical || rule.Quiet?.Has(now) is not true;
    }

    /// <summary>When a problem has lasted for as long as the rule wants.</summary>
    private static DateTimeOffset Ripe(AlertDefinition rule, Alert alert) => alert.Said.At + (Happening.Is(alert.Said.Event) ? rule.DelaySpan : TimeSpan.Zero);
}
