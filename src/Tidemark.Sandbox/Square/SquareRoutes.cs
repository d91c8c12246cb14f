using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>Which address is answered by what, and what a token must allow for it.</summary>
internal sealed class SquareRoutes(
    SquareToken token, SquareSettings settings, SquareSingles singles, CatalogSearch catalog, CountSearch counts,
    OrderSearch orders, TimeProvider clock)
{
    public const string VersionHeader = "Square-Version";

    private const string Status = "/oauth2/token/status";
    private const string Locations = "/v2/locations";

    public static RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var isList = path is not (Status or Locations) && !SquareSingles.Takes(path);
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
            ("GET", Locations) => Allowed("MERCHANT_PROFILE_READ", singles.Locations),
            ("GET", "/v2/catalog/list") =>
                Search(CatalogSearch.Listed(request.Query), "ITEMS_READ", (body, cursor) => catalog.Answer(body, cursor, fired)),
            ("POST", "/v2/catalog/search") => Search(request, "ITEMS_READ", (body, cursor) => catalog.Answer(body, cursor, fired)),
            ("POST", "/v2/inventory/counts/batch-retrieve") =>
                Search(request, "INVENTORY_READ", (body, cursor) => counts.Answer(body, cursor, fired)),
            ("POST", "/v2/orders/search") => Search(request, "ORDERS_READ", (body, cursor) => orders.Answer(body, cursor, fired)),
            ("GET", { } path) when singles.Find(path) is var (scope, answer) => Allowed(scope, answer),
            ("POST", { } path) when singles.FindSeveral(path) is var (scope, answer) => Allowed(scope, () => answer(Body(request))),
            _ => throw SquareProblem.UnknownAddress(),
        };
    }

    private Answer Allowed(string scope, Func<Answer> answer)
    {
        token.Need(scope);
        return answer();
    }

    private Answer Search(HttpRequest request, string scope, Func<JsonElement, SquareCursor, Answer> answer) =>
        Search(Body(request), scope, answer);

    private Answer Search(JsonElement body, string scope, Func<JsonElement, SquareCursor, Answer> answer)
    {
        token.Need(scope);
        var cursor = SquareCursor.Read(body, clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (body.TryGetProperty("cursor", out _) && settings.RefusesCursor()) throw SquareCursor.Gone();
        return answer(body, cursor);
    }

    private static JsonElement Body(HttpRequest request) =>
        RequestBody.Json(request) is { ValueKind: JsonValueKind.Object } body ? body
            : throw SquareProblem.Invalid("EXPECTED_JSON_BODY", "body", "The body is not a JSON object.");

    private static bool IsLater(HttpRequest request) => request.Query.ContainsKey("cursor") ||
        RequestBody.Json(request) is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("cursor", out _);
}
