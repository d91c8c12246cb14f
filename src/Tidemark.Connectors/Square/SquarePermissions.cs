using System.Globalization;
using System.Text.Json;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Square;

/// <summary>What an access token must allow, and what Square says that it does.</summary>
/// <remarks>https://developer.squareup.com/docs/oauth-api/square-permissions and
/// https://developer.squareup.com/reference/square/oauth-api/retrieve-token-status.</remarks>
internal static class SquarePermissions
{
    public const string Merchant = "MERCHANT_PROFILE_READ";
    public const string Items = "ITEMS_READ";
    public const string Inventory = "INVENTORY_READ";
    public const string Orders = "ORDERS_READ";

    private const int DaysToRenew = 7;

    private static readonly HttpCall Status = new(HttpMethod.Post, "/oauth2/token/status") { IsRepeatable = true };

    /// <summary>What a stream asks of a token.</summary>
    public static IReadOnlyList<string> Of(string stream) => stream switch
    {
        "locations" => [Merchant],
        "catalog_inventory" => [Merchant, Items, Inventory],
        "orders" or "order_line_items" => [Merchant, Orders],
        _ => [Items],
    };

    /// <summary>What a call asks of a token; null where that is not known.</summary>
    public static string? For(string path) =>
        path.StartsWith("/v2/locations", StringComparison.Ordinal) ? Merchant
        : path.StartsWith("/v2/catalog", StringComparison.Ordinal) ? Items
        : path.StartsWith("/v2/inventory", StringComparison.Ordinal) ? Inventory
        : path.StartsWith("/v2/orders", StringComparison.Ordinal) ? Orders
        : null;

    public static TidemarkException Missing(string permission) =>
        new(FailureKind.Configuration, SquareErrors.PermissionMissing, $"The access token lacks the permission {permission}.")
        {
            Hint = "Authorize the application again with this permission and set access_token to the new token.",
        };

    /// <summary>Asks Square what the token is good for: every permission that a stream lacks, whose it is and for how long.</summary>
    public static async Task<SourceCheck> CheckAsync(
        HttpExchange exchange, IReadOnlyList<string> streams, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var page = await exchange.ProbeAsync(Status, PageShape.One, cancellationToken);
        return ForeignJson.Read(() =>
        {
            using var status = JsonDocument.Parse(page.Bytes);
            exchange.Owner = page.First("merchant_id");
            return Read(status.RootElement, streams, now);
        }, new SourceCheck([], []));
    }

    /// <summary>Judges the answer. Where it names no permissions at all, nothing is concluded: the streams are tried anyway.</summary>
    public static SourceCheck Read(JsonElement status, IReadOnlyList<string> streams, DateTimeOffset now)
    {
        var problems = new List<Problem>();
        if (status.TryGetProperty("scopes", out var scopes) && scopes is { ValueKind: JsonValueKind.Array } && scopes.GetArrayLength() > 0)
        {
            var granted = scopes.EnumerateArray().Select(scope => scope.ToString()).ToHashSet(StringComparer.Ordinal);
            foreach (var missing in streams.SelectMany(Of).Distinct(StringComparer.Ordinal).Where(needed => !granted.Contains(needed)))
            {
                string[] wanting = [.. streams.Where(stream => Of(stream).Contains(missing))];
                problems.Add(Problem.From(Missing(missing), $"streams {string.Join(", ", wanting)}") with { Streams = wanting });
            }
        }

        var facts = new List<KeyValuePair<string, string>>();
        if (status.TryGetProperty("merchant_id", out var merchant)) facts.Add(new("merchant", merchant.ToString()));
        facts.Add(new("token", Expiry(status, now)));
        return new SourceCheck(problems, facts);
    }

    private static string Expiry(JsonElement status, DateTimeOffset now)
    {
        if (!status.TryGetProperty("expires_at", out var text)
            || !DateTimeOffset.TryParse(text.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return "does not expire";
        var days = (int)Math.Floor((at - now).TotalDays);
        return string.Create(CultureInfo.InvariantCulture,
            $"expires on {at:yyyy-MM-dd}, in {days} days{(days < DaysToRenew ? ": renew it now" : "")}");
    }
}
