using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>The access token: whether it is accepted, what it allows, and what its status says.</summary>
internal sealed class SquareToken
{
    private const string Accepted = "Bearer tidemark";

    public static readonly string[] AllScopes = ["MERCHANT_PROFILE_READ", "ITEMS_READ", "INVENTORY_READ", "ORDERS_READ"];

    /// <summary>What the token allows.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = AllScopes;

    /// <summary>Whether the status names what the token allows.</summary>
    public bool NamesScopes { get; set; } = true;

    /// <summary>RFC 3339; null for a token that never expires.</summary>
    public string? ExpiresAt { get; set; }

    /// <summary>Code of the refusal of a token that is no longer good.</summary>
    public string RefusalCode { get; set; } = "ACCESS_TOKEN_EXPIRED";

    /// <exception cref="SquareProblem">401: no token, a wrong one, or one that is no longer good.</exception>
    public void Check(HttpRequest request, bool isExpired)
    {
        if (request.Headers.Authorization.ToString() != Accepted)
            throw SquareProblem.Unauthorized("UNAUTHORIZED", "This request could not be authorized.");
        if (isExpired) throw SquareProblem.Unauthorized(RefusalCode, "The access token is no longer good.");
    }

    /// <exception cref="SquareProblem">403: the token does not allow it.</exception>
    public void Need(string scope)
    {
        if (!Scopes.Contains(scope)) throw SquareProblem.InsufficientScopes(scope);
    }

    public Answer Status()
    {
        var json = new JsonBuffer(1024);
        json.Add($$"""{"client_id":"sq0idp-tidemark","merchant_id":{{LocationRecords.Merchant}}""");
        if (ExpiresAt is not null) json.Add($$""","expires_at":{{ExpiresAt}}""");
        if (NamesScopes)
        {
            json.Raw(",\"scopes\":["u8);
            for (var at = 0; at < Scopes.Count; at++)
            {
                if (at > 0) json.Raw(","u8);
                json.Text(Scopes[at]);
            }

            json.Raw("]"u8);
        }

        json.Raw("}"u8);
        return new(StatusCodes.Status200OK, json);
    }
}
