using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>Which address is answered by what, and what a token must allow for it.</summary>
internal sealed class SquareRoutes(
    SquareToken token, SquareSettings settings, RecordStream locations, CatalogSearch catalog, CountSearch counts,
    OrderSearch orders, TimeProvider clock)
{
    public const string VersionHeader = "Square-Version";

    private const string Status = "/oauth2/token/status";
    private const string Locations = "/v2/locations";

    public static RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var isList = path is not (Status or Locations);
        return new(path, !isList ? PageKind.NotAList : IsLater(request) ? PageKind.Later : PageKind.First);
    }

    public Answer Answer(HttpRequest request, FiredFaults fired)
    {
        token.Check(request, isExpired: fired.Has(FaultKind.Expire));
        if (!DateOnly.TryParseExact(request.Headers[VersionHeader].ToString(), "yyyy-MM-dd", out _))
            throw SquareProblem.Invalid("INVALID_SQUARE_VERSION_FORMAT", VersionHeader, "The version is a day such as 2025-08-20.");

        return (request.Method, request.Path.Value) switch
        {
            ("POST", Status) => token.Status(),
            ("GET", Locations) => ListLocations(),
            ("POST", "/v2/catalog/search") => Search(request, "ITEMS_READ", (body, cursor) => catalog.Answer(body, cursor, fired)),
            ("POST", "/v2/inventory/counts/batch-retrieve") =>
                Search(request, "INVENTORY_READ", (body, cursor) => counts.Answer(body, cursor, fired)),
            ("POST", "/v2/orders/search") => Search(request, "ORDERS_READ", (body, cursor) => orders.Answer(body, cursor, fired)),
            _ => throw SquareProblem.UnknownAddress(),
        };
    }

    private Answer Search(HttpRequest request, string scope, Func<JsonElement, SquareCursor, Answer> answer)
    {
        token.Need(scope);
        if (RequestBody.Json(request) is not { ValueKind: JsonValueKind.Object } body)
            throw SquareProblem.Invalid("EXPECTED_JSON_BODY", "body", "The body is not a JSON object.");
        var cursor = SquareCursor.Read(body, clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (body.TryGetProperty("cursor", out _) && settings.RefusesCursor()) throw SquareCursor.Gone();
        return answer(body, cursor);
    }

    /// <summary>Every location in the order of the names, inactive ones too.</summary>
    private Answer ListLocations()
    {
        token.Need("MERCHANT_PROFILE_READ");
        var all = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in locations.Read(new RecordRange(), int.MaxValue))
        {
            using var one = new JsonBuffer(2048);
            locations.Write(one, entry, Form.Complete);
            all[TimedSearch.Text(one.Written.ToArray(), "name") + locations.IdOf(entry)] = one.Written.ToArray();
        }

        var json = new JsonBuffer();
        json.Raw("{"u8);
        var isFirst = true;
        foreach (var location in all.Values)
        {
            json.Raw(isFirst ? "\"locations\":["u8 : ","u8);
            isFirst = false;
            json.Raw(location);
        }

        json.Raw(isFirst ? "}"u8 : "]}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    private static bool IsLater(HttpRequest request) =>
        RequestBody.Json(request) is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("cursor", out _);
}
