using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Close;

/// <summary>What the event log's changes mean for one stream, and how the changed objects are read.</summary>
/// <param name="ObjectType">
/// In events: <c>lead</c>, or the first part of <c>activity.note</c> and <c>task.lead</c>.
/// </param>
internal sealed record CloseFeed(string ObjectType)
{
    /// <summary>
    /// Whether the stream's objects have a type each, e.g. <c>activity.note</c>. Their events are picked from the whole
    /// log: asking for every type and action would take some forty requests.
    /// </summary>
    public bool IsFamily { get; init; }

    /// <summary>What was changed, by <c>date_updated</c>; null where Close has no such list.</summary>
    public HttpListing? Updated { get; init; }

    /// <summary>
    /// Properties that a record has, so that it looks the same however it was read: those of the listing. Null where
    /// that gives all.
    /// </summary>
    public IReadOnlySet<string>? Fields { get; init; }

    /// <summary>The call that reads one object; null where <see cref="Many"/> does it.</summary>
    public Func<string, HttpCall>? One { get; init; }

    /// <summary>The objects with these ids, which are separated by commas.</summary>
    public Func<string, HttpListing>? Many { get; init; }

    /// <summary>The list of the objects of one lead; null for leads themselves.</summary>
    public Func<string, HttpListing>? OfLead { get; init; }

    /// <summary>What the records show of other objects.</summary>
    public IReadOnlyList<CloseCopy> Copies { get; init; } = [];

    /// <summary>
    /// Filters of the event log that together give every event that concerns the stream. Close allows few combinations.
    /// </summary>
    public IEnumerable<IReadOnlyList<KeyValuePair<string, string>>> Queries => IsFamily
        ? [[]]
        :
        [
            Of(ObjectType, "created"), Of(ObjectType, "updated"), Of(ObjectType, "deleted"), Of("lead", "merged"),
            .. Copies.Select(copy => Of(copy.ObjectType, "updated")),
        ];

    public bool Concerns(string? objectType) => objectType is not null && (IsFamily
        ? objectType.StartsWith(ObjectType + ".", StringComparison.Ordinal) || objectType == ObjectType
        : objectType == ObjectType);

    private static KeyValuePair<string, string>[] Of(string objectType, string action) =>
        [new("object_type", objectType), new("action", action)];
}
