using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>Answers retrievals of inventory counts, newest first.</summary>
internal sealed class CountSearch(SquareWorld world, CountRecords records, RecordStream counts, RecordStream variations)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Most variations that a retrieval may name; null is no limit.</summary>
    public int? MaxVariations { get; set; }

    /// <summary>Whether counts of zero are left out.</summary>
    public bool OmitsZero { get; set; }

    /// <summary>Answers to give with errors beside the status of a success.</summary>
    public int ErrorsToCome { get; set; }

    public Answer Answer(JsonElement body, SquareCursor cursor, FiredFaults fired)
    {
        SquareQuery.Allow(body, "catalog_object_ids", "location_ids", "updated_after", "cursor", "states", "limit");
        if (ErrorsToCome > 0)
        {
            ErrorsToCome--;
            return SquareProblem.Internal().ToAnswer(asStatus: StatusCodes.Status200OK);
        }

        var limit = SquareQuery.Number(body, "limit") ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit) throw SquareProblem.Invalid("VALUE_TOO_HIGH", "limit", "limit is between 1 and 1000.");
        var ids = SquareQuery.Texts(body, "catalog_object_ids");
        if (ids?.Count > MaxVariations)
            throw SquareProblem.Invalid("ARRAY_LENGTH_TOO_LONG", "catalog_object_ids", $"At most {MaxVariations} ids.");

        var locations = SquareQuery.Texts(body, "location_ids");
        var states = SquareQuery.Texts(body, "states");
        var after = SquareQuery.Time(body, "updated_after") ?? 0;
        var matching = (ids is null ? All() : ids.SelectMany(Of)).Where(count => count.Time > after
            && IsAmong(locations, count.Entry, 1) && IsAmong(states, count.Entry, 2) && !(OmitsZero && IsZero(count.Entry)));
        var position = fired.Has(FaultKind.RepeatPage) ? cursor.Before : cursor.Position;
        var found = TimedSearch.After(matching, position, newestFirst: true, limit + 1);
        var page = found.Take(limit).ToList();
        var next = page.Count > 0 ? cursor.At(page[^1].Position) : cursor;
        return new SquarePage<Timed>("counts", page, cursor, next, found.Count > limit)
            .Answer(fired, (json, count) => counts.Write(json, count.Entry, Form.Complete));
    }

    private IEnumerable<Timed> All() => counts.Read(new RecordRange(), int.MaxValue).Select(Time);

    /// <summary>Counts of a variation: by its index those that were there from the start, and those that were added.</summary>
    private IEnumerable<Timed> Of(string id)
    {
        if (!variations.TryFind(id, out var variation)) return [];
        var seeded = variation.Index >= world.Variations.Count ? []
            : Enumerable.Range(0, SquareWorld.CountsOfVariation)
                .Select(place => counts.At(variation.Index * SquareWorld.CountsOfVariation + place));
        var added = Enumerable.Range(0, (int)(counts.NextIndex - records.Count)).Select(at => counts.At(records.Count + at))
            .Where(entry => counts.IdOf(entry).StartsWith(id + ':', StringComparison.Ordinal));
        return seeded.Concat(added).Where(entry => !entry.IsDeleted).Select(Time);
    }

    private Timed Time(RecordEntry entry) => new(
        entry.Changed is { Json: { } json } ? TimedSearch.TimeOf(json, "calculated_at") ?? 0 : SquareTime.Milliseconds(entry.Key.Created),
        entry);

    private bool IsAmong(IReadOnlyList<string>? wanted, RecordEntry entry, int part) =>
        wanted?.Contains(counts.IdOf(entry).Split(':')[part]) ?? true;

    private bool IsZero(RecordEntry entry) =>
        (entry.Changed is { Json: { } json } ? TimedSearch.Text(json, "quantity") : records.Quantity(entry.Index)) == "0";
}
