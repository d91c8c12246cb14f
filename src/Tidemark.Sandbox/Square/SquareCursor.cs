using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Sandbox.Square;

/// <summary>Where a listing goes on. Opaque to clients, and good for the query alone that it was given for.</summary>
/// <param name="Query">Digest of the body without its cursor.</param>
/// <param name="First">When the first page was asked for, in milliseconds since 1970.</param>
/// <param name="Position">The last record that was given; empty for none.</param>
/// <param name="Before">Where the page before began.</param>
internal sealed record SquareCursor(int Query, long First, string Position, string Before)
{
    /// <exception cref="SquareProblem">400: the cursor is malformed or belongs to another query.</exception>
    public static SquareCursor Read(JsonElement body, long now)
    {
        var query = QueryOf(body);
        if (!body.TryGetProperty("cursor", out var cursor)) return new(query, now, "", "");
        var parts = Decode(cursor.ToString()).Split('|');
        if (parts.Length != 4 || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var first)) throw Gone();
        return parts[0] == query.ToString(CultureInfo.InvariantCulture) ? new(query, first, parts[2], parts[3]) : throw Gone();
    }

    public static SquareProblem Gone() =>
        SquareProblem.Invalid("INVALID_CURSOR", "cursor", "The pagination cursor is not valid for this request.");

    public SquareCursor At(string position) => this with { Position = position, Before = Position };

    public override string ToString() => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Query}|{First}|{Position}|{Before}")));

    private static int QueryOf(JsonElement body)
    {
        var query = JsonObject.Create(body)!;
        query.Remove("cursor");
        return query.ToJsonString().GetHashCode(StringComparison.Ordinal);
    }

    private static string Decode(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            return "";
        }
    }
}
