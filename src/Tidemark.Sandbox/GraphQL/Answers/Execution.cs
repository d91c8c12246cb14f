using System.Globalization;
using System.Text.Json;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Sandbox.GraphQL.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>Executes one query and writes its data. Errors of single records are kept beside.</summary>
/// <param name="kinds">Types by the name of their stream.</param>
/// <param name="streams">Records by the name of their stream.</param>
/// <param name="settings">How this server answers.</param>
/// <param name="fired">Faults that hit this request.</param>
internal sealed class Execution(
    IReadOnlyDictionary<string, GraphQLRecords> kinds, IReadOnlyDictionary<string, RecordStream> streams,
    ServerSettings settings, FiredFaults fired)
{
    private readonly Selected _selected = new(settings, fired);

    public IReadOnlyList<string> Errors => _selected.Errors;

    /// <summary>The value of <c>data</c>.</summary>
    public void Write(JsonBuffer json, IReadOnlyList<QueryField> fields)
    {
        json.Raw("{"u8);
        for (var number = 0; number < fields.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            json.Text(fields[number].Response);
            json.Raw(":"u8);
            WriteRoot(json, fields[number]);
        }

        json.Raw("}"u8);
    }

    private void WriteRoot(JsonBuffer json, QueryField field)
    {
        var stream = field.Name.Contains("rder", StringComparison.Ordinal) ? "orders" : "customers";
        switch (field.Name)
        {
            case "__typename":
                json.Text("Query");
                break;
            case "__schema":
                if (!settings.Introspection) throw GraphQLProblem.Invalid("GraphQL introspection is not allowed.");
                ServerSchema.Describe(json);
                break;
            case "customers" or "orders":
                Listing(stream, field).WriteConnection(json);
                break;
            case "_allCustomersMeta" or "_allOrdersMeta":
                Selected.WriteFields(json, field.Fields, (inner, into) => into.Number(streams[stream].Count));
                break;
            case "allCustomers" or "allOrders":
                Listing(stream, field).WriteNumbered(json, firstPage: 0);
                break;
            case "customerPage" or "orderPage":
                Listing(stream, field).WriteWrapped(json);
                break;
            case "customerList" or "orderList":
                Listing(stream, field).WriteOffset(json);
                break;
            default:
                WriteOne(json, field);
                break;
        }
    }

    private ServerList Listing(string stream, QueryField field) =>
        new(streams[stream], kinds[stream], field, settings, fired, _selected);

    /// <summary>A record by its id, of a type that the field names, or of any for <c>node</c>.</summary>
    private void WriteOne(JsonBuffer json, QueryField field)
    {
        if (field.Name == "node" && !settings.Node)
            throw GraphQLProblem.Invalid("Cannot query field \"node\" on type \"Query\".");
        foreach (var (name, kind) in kinds)
        {
            if (field.Name != "node" && !name.StartsWith(field.Name, StringComparison.Ordinal)) continue;
            if (!streams[name].TryFind(field.Text("id") ?? "", out var entry) || entry.IsDeleted) continue;
            using var record = new JsonBuffer(4096);
            streams[name].Write(record, entry, Form.Complete);
            using var document = JsonDocument.Parse(record.Written);
            _selected.WriteObject(json, kind.TypeName, document.RootElement, field.Fields);
            return;
        }

        json.Null();
    }
}

/// <summary>Writes what is selected of a record.</summary>
internal sealed class Selected(ServerSettings settings, FiredFaults fired)
{
    private const int DefaultFirst = 10;
    private const int MaxFirst = 100;

    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Notes that a field could not be given; its path leads from the root of the data.</summary>
    public void Fail(IEnumerable<object> path)
    {
        var parts = string.Join(',', path.Select(part => part is int place
            ? place.ToString(CultureInfo.InvariantCulture) : JsonSerializer.Serialize(part)));
        const string extensions = """{"code":"INTERNAL_SERVER_ERROR"}""";
        _errors.Add($$"""{"message":"The field is out of reach.","path":[{{parts}}],"extensions":{{extensions}}}""");
    }

    public static void WriteFields(
        JsonBuffer json, IReadOnlyList<QueryField> fields, Action<QueryField, JsonBuffer> write)
    {
        json.Raw("{"u8);
        for (var number = 0; number < fields.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            json.Text(fields[number].Response);
            json.Raw(":"u8);
            write(fields[number], json);
        }

        json.Raw("}"u8);
    }

    public void WriteObject(
        JsonBuffer json, string type, JsonElement record, IReadOnlyList<QueryField> fields, string? withheld = null) =>
        WriteFields(
            json, [.. fields.Where(field => field.OnType is null || field.OnType == type || field.OnType == "Node")],
            (field, into) =>
        {
            if (field.Name == "__typename") into.Text(type);
            else if (
                field.Name == withheld || !record.TryGetProperty(field.Name, out var value)
                || value.ValueKind == JsonValueKind.Null)
                into.Null();
            else WriteValue(into, ServerSchema.Types[type][field.Name].TypeName, value, field);
        });

    private void WriteValue(JsonBuffer json, string type, JsonElement value, QueryField field)
    {
        if (type == "LineItemConnection") WriteInnerList(json, [.. value.EnumerateArray()], field);
        else if (field.Fields.Count == 0) json.Raw(JsonSerializer.SerializeToUtf8Bytes(value, JsonText.Options));
        else WriteObject(json, type, value, field.Fields);
    }

    /// <summary>A connection within a record: ten to a page unless asked otherwise.</summary>
    private void WriteInnerList(JsonBuffer json, List<JsonElement> items, QueryField field)
    {
        var first = Math.Min(field.Whole("first") ?? DefaultFirst, MaxFirst);
        var start = field.Text("after") is { } after ? ServerCursor.Place(after, settings.CursorGeneration) : 0;
        var page = items.Skip(start).Take(first).ToList();
        new Connection<JsonElement>(page, start + page.Count < items.Count, start > 0, items.Count)
        {
            Fired = fired,
            CursorOf = (_, place) => ServerCursor.Of(start + place + 1, settings.CursorGeneration),
            WriteNode = (into, item, _, fields) => WriteObject(into, "LineItem", item, fields),
            IsInner = true,
        }.Write(json, field);
    }
}
