using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Connectors.Close;

/// <summary>
/// Values that records have from another object. A change of that object makes an event of its own, and none of the records that
/// show it.
/// </summary>
/// <param name="ObjectType">Type of the other object in events, e.g. <c>lead</c>.</param>
/// <param name="Fields">Its properties that records show.</param>
/// <remarks>https://developer.close.com/api/resources/events/list-of-event-types.</remarks>
internal sealed record CloseCopy(string ObjectType, params IReadOnlyList<string> Fields)
{
    /// <summary>Whether an event changed what records show. Without names of fields, or with some that cannot be read, it may have.</summary>
    /// <param name="changedFields">The event's JSON array of names; null for none.</param>
    public bool IsChangedBy(string? changedFields) => changedFields is null || ForeignJson.Read(() =>
    {
        using var names = JsonDocument.Parse(changedFields);
        return names.RootElement.ValueKind != JsonValueKind.Array || names.RootElement.GetArrayLength() == 0
            || names.RootElement.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && Fields.Contains(name.GetString()!));
    }, true);
}
