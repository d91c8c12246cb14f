using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Square.Shapes;

namespace Tidemark.Sandbox.Square;

/// <summary>Answers searches of the catalog: living objects kind by kind, and then deleted ones where they are wanted.</summary>
internal sealed class CatalogSearch(IReadOnlyList<CatalogRecords> kinds, Func<CatalogRecords, RecordStream> streamOf, Tombstones tombstones)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Objects a page, whatever is asked for; null follows the wish.</summary>
    public int? PageSize { get; set; }

    /// <summary>The search that gives what a list of the catalog does.</summary>
    public static JsonElement Listed(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(name => name is not ("types" or "cursor" or "catalog_version")) is { } unknown)
            throw SquareProblem.Invalid("BAD_REQUEST", unknown, $"There is no parameter {unknown}.");
        var body = new JsonObject { ["limit"] = DefaultLimit };
        if (query["types"].ToString() is { Length: > 0 } types)
            body["object_types"] = new JsonArray([.. types.Split(',').Select(type => (JsonNode)type.Trim().ToUpperInvariant())]);
        if (query["cursor"].ToString() is { Length: > 0 } cursor) body["cursor"] = cursor;
        return JsonSerializer.SerializeToElement(body);
    }

    public Answer Answer(JsonElement body, SquareCursor cursor, FiredFaults fired)
    {
        SquareQuery.Allow(body, "cursor", "object_types", "include_deleted_objects", "include_related_objects", "begin_time",
            "limit", "include_category_path_to_root");
        var withDeleted = SquareQuery.Flag(body, "include_deleted_objects");
        if (withDeleted && SquareQuery.Flag(body, "include_category_path_to_root"))
        {
            throw SquareProblem.Invalid("CONFLICTING_PARAMETERS", "include_category_path_to_root",
                "Deleted objects and category paths exclude each other.");
        }

        var types = SquareQuery.Texts(body, "object_types");
        var wanted = kinds.Where(kind => types?.Contains(kind.Type) ?? kind is not VariationRecords).ToList();
        var begin = SquareQuery.Time(body, "begin_time");
        var limit = PageSize ?? (SquareQuery.Number(body, "limit") is { } asked and >= 1 and <= MaxLimit ? asked : DefaultLimit);

        // One more than a page shows whether there is more.
        var found = Find(wanted, fired.Has(FaultKind.RepeatPage) ? cursor.Before : cursor.Position, begin, withDeleted, limit + 1);
        var page = found.Take(limit).ToList();
        var next = page.Count > 0 ? cursor.At(page[^1].Position) : cursor;
        return new SquarePage<Found>("objects", page, cursor, next, found.Count > limit).Answer(fired, (json, one) => one.Write(json));
    }

    private List<Found> Find(List<CatalogRecords> wanted, string after, long? begin, bool withDeleted, int count)
    {
        var found = new List<Found>();
        var (kind, rest) = after.Split(':', 2) is [var number, var place]
            ? (int.Parse(number, CultureInfo.InvariantCulture), place) : (0, "");
        for (; kind < wanted.Count && found.Count < count; kind++, rest = "")
            found.AddRange(Living(wanted[kind], kind, rest, begin, count - found.Count));
        if (!withDeleted || found.Count == count) return found;

        var passed = kind > wanted.Count || rest.Length > 0 ? int.Parse(rest, CultureInfo.InvariantCulture) : 0;
        var deleted = tombstones.Of([.. wanted.Select(each => each.Type)], begin).Skip(passed).Take(count - found.Count);
        found.AddRange(deleted.Select((one, at) => new Found(
            string.Create(CultureInfo.InvariantCulture, $"{wanted.Count}:{passed + at + 1}"), json => json.Raw(one.Json))));
        return found;
    }

    private IEnumerable<Found> Living(CatalogRecords records, int kind, string after, long? begin, int count)
    {
        var stream = streamOf(records);
        var range = new RecordRange { Filters = begin is { } time ? [ChangedAfter(records, time)] : [] };
        if (after.Split(',') is [var created, var index])
        {
            range = range with
            {
                Before = new(long.Parse(created, CultureInfo.InvariantCulture), long.Parse(index, CultureInfo.InvariantCulture)),
            };
        }

        return stream.Read(range, count).Select(entry => new Found(
            string.Create(CultureInfo.InvariantCulture, $"{kind}:{entry.Key.Created},{entry.Index}"),
            json => stream.Write(json, entry, Form.Complete)));
    }

    private static RecordFilter ChangedAfter(CatalogRecords records, long begin) => new(
        "updated_at",
        index => SquareTime.Milliseconds(records.Timeline.CreatedAt(index)) > begin,
        text => SquareTime.TryParse(text, out var at) && at > begin);

    private sealed record Found(string Position, Action<JsonBuffer> Write);
}
