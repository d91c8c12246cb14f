using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe.Events;

/// <summary>Names of events, and the patterns that a query asks for them with.</summary>
internal static class EventTypes
{
    public const int MaxAsked = 20;

    public static string Created(StripeRecords records, string? status) => records.ObjectName switch
    {
        // A charge is never "created": it succeeds, fails or waits.
        "charge" => status is "failed" or "pending" ? $"charge.{status}" : "charge.succeeded",
        _ => $"{records.EventName}.created",
    };

    public static string Updated(StripeRecords records, IEnumerable<string> fields) => records.ObjectName switch
    {
        "charge" when fields.Any(field => field is "amount_refunded" or "refunded" or "refunds") => "charge.refunded",
        _ => $"{records.EventName}.updated",
    };

    public static string Deleted(StripeRecords records) => $"{records.EventName}.deleted";

    /// <param name="patterns">Names, or starts of names followed by <c>*</c>. None asks for all.</param>
    public static Predicate<string> Matching(IReadOnlyList<string> patterns) =>
        type => patterns.Count == 0 || patterns.Any(pattern => Matches(pattern, type));

    private static bool Matches(string pattern, string type) =>
        pattern.EndsWith('*') ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == type;
}
