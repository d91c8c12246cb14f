using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho;

/// <summary>What a page token says: where the page begins, and for which request and until when it is good.</summary>
/// <param name="After">The last record of the page before.</param>
/// <param name="Before">The last record of the page before that one, so that a fault can repeat a page.</param>
/// <param name="Read">Records that the pages before had.</param>
/// <param name="GoodUntil">In Unix seconds.</param>
internal sealed record ZohoPosition(RecordKey After, RecordKey Before, long Read, long GoodUntil)
{
    public static readonly ZohoPosition Start = new(RecordKey.First, RecordKey.First, 0, 0);

    public string ToToken(HttpRequest request) => string.Create(CultureInfo.InvariantCulture,
        $"{Print(request):x}.{GoodUntil:x}.{Read:x}.{Text(After)}.{Text(Before)}");

    /// <exception cref="ZohoProblem">400: made up, of another request, or too old.</exception>
    public static ZohoPosition Parse(string token, HttpRequest request, long now)
    {
        var parts = token.Split('.');
        if (parts.Length != 7 || parts.Any(part => !ulong.TryParse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _)))
            throw Mismatch();
        var numbers = parts.Select(part => (long)ulong.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        if ((ulong)numbers[0] != Print(request)) throw Mismatch();
        if (numbers[1] <= now) throw new ZohoProblem(400, "EXPIRED_VALUE", "The page_token given is expired");
        return new(new(numbers[3], numbers[4]), new(numbers[5], numbers[6]), numbers[2], numbers[1]);
    }

    private static ZohoProblem Mismatch() => new(400, "TOKEN_BOUND_DATA_MISMATCH",
        "The page_token given seems to be invalid or input param is added, altered, or deleted");

    private static string Text(RecordKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Created:x}.{key.Index:x}");

    /// <summary>The request without its token: a token is good for no other.</summary>
    private static ulong Print(HttpRequest request)
    {
        var text = request.Path + string.Concat(request.Query.Where(pair => pair.Key != "page_token")
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"&{pair.Key}={pair.Value}"))
            + request.Headers.IfModifiedSince;
        return Encoding.UTF8.GetBytes(text).Aggregate(0xCBF2_9CE4_8422_2325UL, (hash, each) => (hash ^ each) * 0x100_0000_01B3) >> 24;
    }
}
