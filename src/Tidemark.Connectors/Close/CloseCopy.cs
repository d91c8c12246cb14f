using System.Text.Json;

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
    /// <summary>Whether an event changed what records show. Without names of fields it may have.</summary>
    /// <param name="changedFields">The event's JSON array of names; null for none.</param>
    public bool IsChangedBy(string? changedFields)
    {
        if (changedFields is null) return true;
        using var names = JsonDocument.Parse(changedFields);
        return names.RootElement.ValueKind != JsonValueKind.Array || names.RootElement.GetArrayLength() == 0
            || names.RootElement.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && Fields.Contains(name.GetString()!));
    }
}
