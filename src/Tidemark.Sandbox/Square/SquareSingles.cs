using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>Answers what asks for records by their ids, and for all locations.</summary>
internal sealed class SquareSingles(SquareRecords records, CountSearch counts, TimeProvider clock)
{
    /// <summary>Whether a path asks for records by their ids.</summary>
    public static bool Takes(string path) => Parts(path) is ["v2", "locations", _] or ["v2", "catalog", "object", _]
        or ["v2", "orders", not "search"] or ["v2", "inventory", _] or ["v2", "catalog", "batch-retrieve"];

    /// <summary>What a GET of one record needs, and its answer; null where the path is another.</summary>
    public (string Scope, Func<Answer> Answer)? Find(string path) => Parts(path) switch
    {
        ["v2", "locations", var id] => ("MERCHANT_PROFILE_READ", () => One("location", Location(id), id)),
        ["v2", "catalog", "object", var id] => ("ITEMS_READ", () => One("object", Object(id), id)),
        ["v2", "orders", var id] => ("ORDERS_READ", () => One("order", Living(records.OrderStream, id), id)),
        ["v2", "inventory", var id] => ("INVENTORY_READ", () => Counts(id)),
        _ => null,
    };

    /// <summary>What a retrieval of several records needs, and its answer; null where the path is another.</summary>
    public (string Scope, Func<JsonElement, Answer> Answer)? FindSeveral(string path) => path switch
    {
        "/v2/catalog/batch-retrieve" => ("ITEMS_READ", body => Several("objects", body, "object_ids", Object)),
        "/v2/orders/batch-retrieve" =>
            ("ORDERS_READ", body => Several("orders", body, "order_ids", id => Living(records.OrderStream, id))),
        _ => null,
    };

    /// <summary>Every location in the order of the names, inactive ones too.</summary>
    public Answer Locations()
    {
        var all = records.LocationStream.Read(new RecordRange(), int.MaxValue)
            .Select(entry => (Id: records.LocationStream.IdOf(entry), Json: Json((records.LocationStream, entry))))
            .OrderBy(location => TimedSearch.Text(location.Json, "name") + location.Id, StringComparer.Ordinal);
        return List("locations", all.Select(location => location.Json));
    }

    private (RecordStream Stream, RecordEntry Entry)? Location(string id) => id == "main"
        ? (records.LocationStream, records.LocationStream.At(0)) : Living(records.LocationStream, id);

    private (RecordStream Stream, RecordEntry Entry)? Object(string id) =>
        records.Catalog.Select(kind => Living(records.StreamOf(kind), id)).FirstOrDefault(found => found is not null);

    private Answer Counts(string id)
    {
        var body = JsonSerializer.SerializeToElement(new { catalog_object_ids = new[] { id } });
        return counts.Answer(body, SquareCursor.Read(body, clock.GetUtcNow().ToUnixTimeMilliseconds()), FiredFaults.None);
    }

    private static Answer One(string property, (RecordStream, RecordEntry)? found, string id)
    {
        if (found is not { } one) throw SquareProblem.NotFound(id);
        var json = new JsonBuffer(4096);
        json.Add($$"""{{{property}}:""");
        json.Raw(Json(one));
        json.Raw("}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    private static Answer Several(
        string property, JsonElement body, string ids, Func<string, (RecordStream, RecordEntry)?> find) =>
        List(property, (SquareQuery.Texts(body, ids) ?? throw SquareProblem.Missing(ids)).Select(find)
            .Where(found => found is not null).Select(found => Json(found!.Value)));

    /// <summary>A list, left out where it is empty.</summary>
    private static Answer List(string property, IEnumerable<byte[]> all)
    {
        var json = new JsonBuffer();
        json.Raw("{"u8);
        var isFirst = true;
        foreach (var one in all)
        {
            if (isFirst) json.Add($$"""{{property}}:[""");
            else json.Raw(","u8);
            isFirst = false;
            json.Raw(one);
        }

        json.Raw(isFirst ? "}"u8 : "]}"u8);
        return new(StatusCodes.Status200OK, json);
    }

    private static (RecordStream Stream, RecordEntry Entry)? Living(RecordStream stream, string id) =>
        stream.TryFind(id, out var entry) && !entry.IsDeleted ? (stream, entry) : null;

    private static byte[] Json((RecordStream Stream, RecordEntry Entry) one)
    {
        using var json = new JsonBuffer(4096);
        one.Stream.Write(json, one.Entry, Form.Complete);
        return json.Written.ToArray();
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
