using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>A page of a search. A list without entries and a cursor without more to come are left out.</summary>
/// <param name="Property">Name of the list, e.g. <c>objects</c>.</param>
/// <param name="Items">At most a page.</param>
/// <param name="Here">The cursor that was asked with.</param>
/// <param name="Next">The cursor after these entries.</param>
/// <param name="HasMore">The truth, unless a fault lies about it.</param>
internal sealed record SquarePage<T>(
    string Property, IReadOnlyList<T> Items, SquareCursor Here, SquareCursor Next, bool HasMore)
{
    public Answer Answer(FiredFaults fired, Action<JsonBuffer, T> write)
    {
        var isEmpty = fired.Has(FaultKind.EmptyPage);
        var items = isEmpty ? [] : Items;
        var saysMore = HasMore ? !fired.Has(FaultKind.HasMoreLieFalse) : fired.Has(FaultKind.HasMoreLieTrue);
        var cursor = isEmpty ? Here : saysMore ? Next : null;

        var json = new JsonBuffer();
        json.Raw("{"u8);
        for (var number = 0; number < items.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            else json.Add($$"""{{Property}}:[""");
            write(json, items[number]);
        }

        if (items.Count > 0) json.Raw("]"u8);
        if (items.Count > 0 && cursor is not null) json.Raw(","u8);
        if (cursor is not null)
        {
            json.Raw("\"cursor\":"u8);
            json.Text(cursor.ToString());
        }

        json.Raw("}"u8);
        return new(StatusCodes.Status200OK, json);
    }
}
