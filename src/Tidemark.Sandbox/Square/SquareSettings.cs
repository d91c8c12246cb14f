using System.Text.Json;

namespace Tidemark.Sandbox.Square;

/// <summary>What the control port can set: the sides of Square that its documentation leaves open.</summary>
internal sealed class SquareSettings(SquareToken token, CatalogSearch catalog, CountSearch counts)
{
    private int _cursorsToRefuse;

    /// <summary>Whether a cursor is refused that is otherwise good.</summary>
    public bool RefusesCursor() => _cursorsToRefuse > 0 && _cursorsToRefuse-- > 0;

    public bool TrySet(string setting, JsonElement value)
    {
        switch (setting, value.ValueKind)
        {
            case ("scopes", JsonValueKind.Array):
                token.Scopes = [.. value.EnumerateArray().Select(scope => scope.ToString())];
                return true;
            case ("names_scopes", JsonValueKind.True or JsonValueKind.False):
                token.NamesScopes = value.GetBoolean();
                return true;
            case ("expires_at", JsonValueKind.String or JsonValueKind.Null):
                token.ExpiresAt = value.GetString();
                return true;
            case ("refusal_code", JsonValueKind.String):
                token.RefusalCode = value.GetString()!;
                return true;
            case ("refuse_cursors", JsonValueKind.Number):
                _cursorsToRefuse = value.GetInt32();
                return true;
            case ("catalog_page_size", JsonValueKind.Number or JsonValueKind.Null):
                catalog.PageSize = value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();
                return true;
            case ("max_variations", JsonValueKind.Number or JsonValueKind.Null):
                counts.MaxVariations = value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();
                return true;
            case ("omits_zero_counts", JsonValueKind.True or JsonValueKind.False):
                counts.OmitsZero = value.GetBoolean();
                return true;
            case ("errors_with_success", JsonValueKind.Number):
                counts.ErrorsToCome = value.GetInt32();
                return true;
            default:
                return false;
        }
    }
}
