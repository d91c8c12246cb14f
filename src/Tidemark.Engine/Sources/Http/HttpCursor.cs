using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Where a stream of an HTTP source stands, as its cursor keeps it. Times are seconds since 1970 UTC.
/// </summary>
internal sealed record HttpCursor
{
    private const int CurrentVersion = 1;

    [JsonPropertyName("v"), JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>When the last complete reading began: all changes before it were read. Null before the first.</summary>
    public long? Since { get; init; }

    /// <summary>
    /// When the last complete reading ended, at the latest: rows may be as recent as that. Null where it is not known.
    /// </summary>
    public long? Until { get; init; }

    /// <summary>
    /// All that the stream's rows were asked for, where its listing has scopes: those of the last full reading and of each
    /// since. Null where it has none, or where that is not known.
    /// </summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>
    /// When the last complete reading of each scope began. A scope that is missing from a later reading keeps its place, so
    /// that its changes are read once it is back. Null if the listing has no scopes.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Places { get; init; }

    /// <summary>The filter from the settings; null for all records.</summary>
    public string? Filter { get; init; }

    /// <summary>
    /// Other filters that rows were read by since the last full reading; an empty text for none at all. Null where there are none.
    /// </summary>
    public IReadOnlyList<string>? EarlierFilters { get; init; }

    /// <summary>A hash of the account that the rows were read from; null where that is not known.</summary>
    public string? Account { get; init; }

    /// <summary>A hash of the vendor's id of that account; null where the vendor did not say it.</summary>
    public string? Owner { get; init; }

    /// <summary>True where the vendor refused to show that the list of the latest reading was at its end; else null.</summary>
    public bool? Unproven { get; init; }

    /// <summary>The unfinished reading; null if there is none.</summary>
    public HttpReading? Reading { get; init; }

    /// <summary>What the rows were read by that a reading by another filter does not show; empty where it shows all of it.</summary>
    /// <param name="filter">The other filter; null for all records.</param>
    public IReadOnlyList<string> FiltersBeside(string? filter) => filter is null ? []
        : [.. (EarlierFilters ?? []).Append(Filter ?? "").Where(earlier => earlier != filter).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether nothing was read yet.</summary>
    [JsonIgnore]
    public bool IsNew => Since is null && Reading is null;

    /// <summary>The cursor from which records of another filter join the rows: nothing is under way, and changes count from where they did.</summary>
    /// <param name="filter">The other filter; null for all records.</param>
    public HttpCursor Extended(string? filter) => this with
    {
        Filter = filter,
        EarlierFilters = FiltersBeside(filter) is { Count: > 0 } beside ? beside : null,
        Since = Since ?? Reading?.Started,
        Places = Scopes is null ? null : new Dictionary<string, long>(), // by this filter no scope was read yet, one that is missing just now neither
        Reading = null,
    };

    /// <summary>When the last complete reading of a scope began; null if it was never read.</summary>
    public long? PlaceOf(string scope) =>
        Places is not null ? Places.TryGetValue(scope, out var place) ? place : null
        : Scopes?.Contains(scope) == true ? Since : null;

    /// <summary>The cursor once its reading is complete.</summary>
    /// <param name="begun">When the reading began.</param>
    public HttpCursor Complete(long begun)
    {
        var places = Reading?.Scopes is null ? null : new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var scope in places is null ? [] : Scopes ?? [])
        {
            if (PlaceOf(scope) is { } place) places![scope] = place;
        }

        foreach (var scope in Reading?.Scopes ?? []) places![scope] = begun;
        return this with { Since = begun, Places = places, Reading = null };
    }

    public Cursor ToCursor() => new(JsonSerializer.Serialize(this, HttpCursorJson.Default.HttpCursor));

    /// <summary>Null if another version or another source wrote the cursor.</summary>
    public static HttpCursor? Parse(Cursor cursor)
    {
        try
        {
            var known = JsonSerializer.Deserialize(cursor.Json, HttpCursorJson.Default.HttpCursor);
            if (known is not { Version: CurrentVersion }) return null;
            // A reading is either at its listing or at its changes.
            if (known.Reading is { } reading && reading.Open is null == reading.ChangesFrom is null) return null;
            return known.IsNew ? null : known;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A reading on its way: first the listing, then the change feed.</summary>
/// <param name="Started">When it began.</param>
/// <param name="IsFull">Whether the reading must see every record.</param>
internal sealed record HttpReading(long Started, [property: JsonPropertyName("full")] bool IsFull)
{
    /// <summary>The scopes that it asks for, where the listing has some.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>From when on changes are read; null where everything is read.</summary>
    public long? From { get; init; }

    /// <summary>What is left of the listing; null once it is read.</summary>
    public IReadOnlyList<Slice>? Open { get; init; }

    /// <summary>From where the change feed is still to be read; null while the listing is read.</summary>
    public long? ChangesFrom { get; init; }
}

/// <summary>How a cursor is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HttpCursor))]
internal sealed partial class HttpCursorJson : JsonSerializerContext;
