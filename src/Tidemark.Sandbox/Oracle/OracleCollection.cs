using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Oracle;

/// <summary>Answers the collection of a resource, its items and their children.</summary>
internal sealed class OracleCollection(
    OracleRecords kind, RecordStream stream, OracleSelection selection, OracleSettings settings, OracleScope? scope)
{
    private const int ChildLimit = 25;
    private const int FirstWithNestedCollections = 3;
    private const int FirstWithNumbersAsText = 9;

    private readonly HashSet<string> _fields = [.. Names(kind), .. kind.Children];

    public OracleRecords Kind => kind;

    /// <summary>Makes a field known that a record was given.</summary>
    public void Learn(string field)
    {
        lock (_fields) _fields.Add(field);
    }

    public Answer List(HttpRequest request, FiredFaults fired)
    {
        var query = OracleQuery.Read(request, settings.PageCap);
        if (query.WithTotal && settings.TotalIsRefused && request.Query.Count > 1)
            throw OracleProblem.Bad("The query parameter totalResults is not valid.");
        var compared = query.Conditions.Select(condition => condition.Field).Where(field => field != "RecordSet");
        foreach (var field in compared) RefuseUnknown(field, "q");
        foreach (var field in query.Fields ?? new HashSet<string>()) RefuseUnknown(field, "fields");
        if (query.Expand.FirstOrDefault(child => child != "all" && !kind.Children.Contains(child)) is { } unknown)
            throw OracleProblem.Bad($"The child resource {unknown} does not exist.");

        var isInScope = scope is null ? _ => true : scope.Of(query);
        var asked = settings.IgnoresOrder ? query with { OrderBy = [(OracleRecords.Created, true)] } : query;
        var offset = fired.Has(FaultKind.RepeatPage) ? Math.Max(0, query.Offset - query.Limit) : query.Offset;
        var found = selection.Read(asked, isInScope).Skip(offset).Take(query.Limit + 1).ToList();
        if (found.Count == 0 && settings.EmptyIsNoContent) return new(StatusCodes.Status204NoContent, new JsonBuffer(16));
        var page = new OraclePage<RecordEntry>(found, query.Limit, query.Offset)
        {
            Total = query.WithTotal
                ? Math.Min(settings.TotalCap, selection.Read(asked, isInScope).LongCount()) : null,
            OmitsEmpty = settings.OmitsEmpty,
            Name = kind.Resource,
            Address = $"{request.Scheme}://{request.Host}{request.Path}",
        };
        return page.Answer(fired, (json, entry) => Write(json, entry, query, page.Address));
    }

    public Answer Get(HttpRequest request, string number)
    {
        var query = OracleQuery.Read(request, settings.PageCap);
        var json = new JsonBuffer(4096);
        var address = $"{request.Scheme}://{request.Host}{request.Path}";
        Write(json, Find(number), query, address[..address.LastIndexOf('/')]);
        return new(StatusCodes.Status200OK, json);
    }

    public Answer Children(HttpRequest request, string number, string child, FiredFaults fired)
    {
        if (!kind.Children.Contains(child)) throw OracleProblem.Missing();
        var query = OracleQuery.Read(request, settings.PageCap);
        using var record = Complete(Find(number));
        var items = record.RootElement.GetProperty(child).EnumerateArray().Skip(query.Offset).Take(query.Limit + 1);
        return new OraclePage<JsonElement>([.. items], query.Limit, query.Offset)
        {
            Name = child,
            Address = $"{request.Scheme}://{request.Host}{request.Path}",
        }.Answer(fired, (json, item) => json.Raw(item.GetRawText()));
    }

    private void Write(JsonBuffer json, RecordEntry entry, OracleQuery query, string address)
    {
        using var record = new JsonBuffer(4096);
        stream.Write(record, entry, Form.Listed);
        var view = new OracleRecordView
        {
            Only = query.Fields,
            NumbersAsText = query.FrameworkVersion >= FirstWithNumbersAsText,
            TimeForm = settings.TimeForm,
        };
        OracleRecordView.Write(json, record.Written.Span, view, more =>
        {
            // Beside fields, expand is ignored.
            if (query.Fields is null && query.Expand.Count > 0) Expand(more, entry, query);
            if (query.OnlyData) return;
            more.Add($$""","links":[{"rel":"self","href":"{{address:raw}}/{{stream.IdOf(entry):raw}}","name":""");
            more.Add($$"""{{kind.Resource}},"kind":"item"}]""");
        });
    }

    private void Expand(JsonBuffer json, RecordEntry entry, OracleQuery query)
    {
        using var record = Complete(entry);
        foreach (var child in kind.Children)
        {
            var all = record.RootElement.TryGetProperty(child, out var list) ? list.EnumerateArray().ToList() : [];
            var items = $"[{string.Join(',', all.Take(ChildLimit).Select(item => item.GetRawText()))}]";
            json.Add($$""","{{child:raw}}":""");
            if (query.FrameworkVersion < FirstWithNestedCollections)
            {
                json.Raw(items);
                continue;
            }

            json.Add($$"""{"items":{{items:raw}},"count":{{Math.Min(ChildLimit, all.Count)}},"limit":{{ChildLimit}}""");
            json.Add($$""","hasMore":{{all.Count > ChildLimit}},"offset":0}""");
        }
    }

    private JsonDocument Complete(RecordEntry entry)
    {
        using var json = new JsonBuffer(4096);
        stream.Write(json, entry, Form.Complete);
        return JsonDocument.Parse(json.Written.ToArray());
    }

    private RecordEntry Find(string number) =>
        stream.TryFind(number, out var entry) && !entry.IsDeleted ? entry : throw OracleProblem.Missing();

    private void RefuseUnknown(string field, string parameter)
    {
        lock (_fields)
        {
            if (_fields.Contains(field)) return;
            throw OracleProblem.Bad($"The parameter {parameter} has an unknown attribute {field}.", $"/{field}");
        }
    }

    private static IEnumerable<string> Names(OracleRecords kind)
    {
        using var json = new JsonBuffer(4096);
        kind.Write(json, 0, kind.Timeline.CreatedAt(0), Form.Listed);
        using var record = JsonDocument.Parse(json.Written);
        return [.. record.RootElement.EnumerateObject().Select(field => field.Name)];
    }
}
