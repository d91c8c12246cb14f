using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>The array around the records of a list, and the faults that misstate what follows.</summary>
internal static class ClosePage
{
    /// <param name="items">At most a page.</param>
    /// <param name="fired">May empty the page.</param>
    /// <param name="write">Writes one record.</param>
    /// <param name="end">The envelope's members after the array, without a comma before them.</param>
    public static Answer Answer<T>(
        IReadOnlyList<T> items, FiredFaults fired, Action<JsonBuffer, T> write, Action<JsonBuffer> end)
    {
        if (fired.Has(FaultKind.EmptyPage)) items = [];
        var json = new JsonBuffer();
        json.Raw("{\"data\":["u8);
        for (var number = 0; number < items.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            write(json, items[number]);
        }

        json.Raw("],"u8);
        end(json);
        json.Raw("}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    /// <summary>A member of the envelope: a string or null.</summary>
    public static void Member(JsonBuffer json, string name, string? value)
    {
        json.Text(name);
        json.Raw(":"u8);
        if (value is null) json.Null();
        else json.Text(value);
    }

    public static bool SaysMore(bool hasMore, FiredFaults fired) =>
        fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.RepeatPage) || fired.Has(FaultKind.HasMoreLieTrue)
        || (hasMore && !fired.Has(FaultKind.HasMoreLieFalse));
}
