using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>A page of a search. A list without entries and a cursor without more to come are left out.</summary>
/// <param name="Property">Name of the list, e.g. <c>objects</c>.</param>
/// <param name="Items">At most a page.</param>
/// <param name="Here">The cursor that was asked with.</param>
/// <param name="Next">The cursor to go on with; null at the end.</param>
internal sealed record SquarePage<T>(string Property, IReadOnlyList<T> Items, SquareCursor Here, SquareCursor? Next)
{
    public Answer Answer(FiredFaults fired, Action<JsonBuffer, T> write)
    {
        var isEmpty = fired.Has(FaultKind.EmptyPage);
        var items = isEmpty ? [] : Items;
        var cursor = isEmpty ? Here : fired.Has(FaultKind.HasMoreLieFalse) ? null : Next;
        if (cursor is null && fired.Has(FaultKind.HasMoreLieTrue)) cursor = Here;

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
