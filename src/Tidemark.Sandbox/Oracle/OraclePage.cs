using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Oracle;

/// <summary>The envelope around every collection.</summary>
/// <param name="Found">At most one more than a page.</param>
/// <param name="Limit">As it was granted.</param>
/// <param name="Offset">As it was asked for.</param>
internal sealed record OraclePage<T>(IReadOnlyList<T> Found, int Limit, int Offset)
{
    /// <summary>Null where it was not asked for.</summary>
    public long? Total { get; init; }

    public bool OmitsEmpty { get; init; }

    public required string Name { get; init; }

    public required string Address { get; init; }

    public Answer Answer(FiredFaults fired, Action<JsonBuffer, T> write)
    {
        var count = fired.Has(FaultKind.EmptyPage) ? 0 : Math.Min(Limit, Found.Count);
        var json = new JsonBuffer();
        json.Raw("{"u8);
        if (count > 0 || !OmitsEmpty)
        {
            json.Raw("\"items\":["u8);
            for (var number = 0; number < count; number++)
            {
                if (number > 0) json.Raw(","u8);
                write(json, Found[number]);
            }

            json.Raw("],"u8);
        }

        json.Raw("\"count\":"u8);
        json.Add($$"""{{count}},"hasMore":{{Says(fired)}},"limit":{{Limit}},"offset":{{Offset}}""");
        if (Total is { } total) json.Add($$""","totalResults":{{total}}""");
        json.Add($$""","links":[{"rel":"self","href":{{Address}},"name":{{Name}},"kind":"collection"}]}""");
        return new(StatusCodes.Status200OK, json);
    }

    private bool Says(FiredFaults fired)
    {
        if (fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.RepeatPage)) return true;
        if (fired.Has(FaultKind.HasMoreLieTrue)) return true;
        return Found.Count > Limit && !fired.Has(FaultKind.HasMoreLieFalse);
    }
}
