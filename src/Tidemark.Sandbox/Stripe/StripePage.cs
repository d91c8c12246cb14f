using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Stripe;

/// <summary>The envelope around every list.</summary>
/// <param name="Url">As in the field <c>url</c>.</param>
/// <param name="Items">At most a page, newest first.</param>
/// <param name="HasMore">The truth, unless a fault lies about it.</param>
internal sealed record StripePage<T>(string Url, IReadOnlyList<T> Items, bool HasMore)
{
    public Answer Answer(FiredFaults fired, Action<JsonBuffer, T> write)
    {
        var items = fired.Has(FaultKind.EmptyPage) ? [] : Items;
        var json = new JsonBuffer();
        json.Add($$"""{"object":"list","url":{{Url}},"has_more":{{Says(fired)}},"data":[""");
        for (var number = 0; number < items.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            write(json, items[number]);
        }

        json.Raw("]}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    private bool Says(FiredFaults fired)
    {
        if (fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.RepeatPage)) return true;
        if (fired.Has(FaultKind.HasMoreLieTrue)) return true;
        return HasMore && !fired.Has(FaultKind.HasMoreLieFalse);
    }
}
