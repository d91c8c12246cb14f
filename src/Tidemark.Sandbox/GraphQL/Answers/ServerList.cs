using System.Globalization;
using System.Text.Json;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Sandbox.GraphQL.Shapes;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.GraphQL.Answers;

/// <summary>One list at the root, oldest record first, in the four ways that servers page.</summary>
internal sealed class ServerList(
    RecordStream stream, GraphQLRecords kind, QueryField field, ServerSettings settings, FiredFaults fired,
        Selected selected)
{
    private const int DefaultPage = 50;

    /// <summary>What servers of limit and offset cut a page down to without a word.</summary>
    private const int OffsetCap = 100;

    public void WriteConnection(JsonBuffer json)
    {
        var limit = Limit("first", settings.MaxPage);
        var range = Range();
        var after = field.Text("after") is { } cursor ? ServerCursor.Key(cursor, settings.CursorGeneration)
            : RecordKey.First;
        // One more than requested shows whether there is more.
        var found = fired.Has(FaultKind.RepeatPage)
            ? Upwards(range with { Before = after with { Index = after.Index + 1 } }, int.MaxValue).TakeLast(
                limit).ToList()
            : Upwards(range with { After = after }, limit + 1);
        var hasNext = found.Count > limit;
        new Connection<RecordEntry>([.. found.Take(limit)], hasNext, after != RecordKey.First, stream.Count)
        {
            Fired = fired,
            CursorOf = (entry, _) => ServerCursor.Of(entry.Key, settings.CursorGeneration),
            WriteNode = (into, entry, place, fields) => Write(into, entry, ["nodes", place], fields),
        }.Write(json, field);
    }

    /// <summary>As json-graphql-server does: pages by number, and nothing that says whether more follow.</summary>
    public void WriteNumbered(JsonBuffer json, int firstPage) =>
        WriteArray(json, NumberedPage(firstPage), field.Fields, []);

    /// <summary>A page by number, from 1, with its total.</summary>
    public void WriteWrapped(JsonBuffer json)
    {
        var page = NumberedPage(firstPage: 1);
        var end = (Number("page") ?? 1) * Limit("perPage", settings.MaxPage);
        Selected.WriteFields(json, field.Fields, (part, into) =>
        {
            if (part.Name == "items") WriteArray(into, page, part.Fields, ["items"]);
            else if (part.Name == "total") into.Number(stream.Count);
            else into.Boolean(fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.HasMoreLieTrue)
                || (end < stream.Count && !fired.Has(FaultKind.HasMoreLieFalse)));
        });
    }

    public void WriteOffset(JsonBuffer json)
    {
        var limit = Math.Min(field.Whole("limit") ?? DefaultPage, OffsetCap);
        var offset = Number("offset") ?? 0;
        if (fired.Has(FaultKind.RepeatPage)) offset = Math.Max(0, offset - limit);
        WriteArray(json, [.. Upwards(Range(), offset + limit).Skip(offset)], field.Fields, []);
    }

    private List<RecordEntry> NumberedPage(int firstPage)
    {
        var size = Limit("perPage", settings.MaxPage);
        var page = (Number("page") ?? firstPage) - firstPage;
        if (page < 0) throw GraphQLProblem.BadInput("Pages count from 1.");
        if (fired.Has(FaultKind.RepeatPage)) page = Math.Max(0, page - 1);
        return [.. Upwards(Range(), (page + 1) * size).Skip(page * size)];
    }

    private void WriteArray(
        JsonBuffer json, List<RecordEntry> entries, IReadOnlyList<QueryField> fields, IReadOnlyList<object> way)
    {
        if (fired.Has(FaultKind.EmptyPage)) entries = [];
        json.Raw("["u8);
        for (var place = 0; place < entries.Count; place++)
        {
            if (place > 0) json.Raw(","u8);
            Write(json, entries[place], [.. way, place], fields);
        }

        json.Raw("]"u8);
    }

    private void Write(JsonBuffer json, RecordEntry entry, IReadOnlyList<object> way, IReadOnlyList<QueryField> fields)
    {
        var isFragile = settings.PartialEvery > 0 && entry.Index % settings.PartialEvery == settings.PartialEvery - 1
            && fields.Any(each => each.Name == kind.FragileField);
        if (isFragile) selected.Fail([field.Response, .. Way(way, fields), kind.FragileField]);
        if (isFragile && settings.PartialNulls)
        {
            json.Null();
            return;
        }

        using var record = new JsonBuffer(4096);
        stream.Write(record, entry, Form.Complete);
        using var document = JsonDocument.Parse(record.Written);
        selected.WriteObject(json, kind.TypeName, document.RootElement, fields, isFragile ? kind.FragileField : null);
    }

    /// <summary>The way to a record, by edges where they were asked for.</summary>
    private IEnumerable<object> Way(IReadOnlyList<object> way, IReadOnlyList<QueryField> fields)
    {
        var edges = field.Fields.FirstOrDefault(part => part.Name == "edges");
        return way[0] is "nodes" && edges is not null
            && edges.Fields.Any(inner => ReferenceEquals(inner.Fields, fields))
            ? ["edges", way[1], "node"] : way;
    }

    private int Limit(string argument, int most)
    {
        var limit = field.Whole(argument) ?? DefaultPage;
        if (limit < 1) throw GraphQLProblem.BadInput($"{argument} must be at least 1.");
        if (limit > most && settings.RefusesLargePages)
            throw new GraphQLProblem("BAD_USER_INPUT", $"{argument} must be at most {most}.") { HasBegun = true };
        return Math.Min(limit, most);
    }

    private int? Number(string argument) => field.Whole(argument) switch
    {
        < 0 => throw GraphQLProblem.BadInput($"{argument} is not negative."),
        var number => number,
    };

    private RecordRange Range()
    {
        if (field.Text("updatedSince") is not { } text) return new RecordRange();
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
            throw GraphQLProblem.BadInput($"DateTime cannot represent {text}.");
        return new RecordRange
        {
            Filters =
            [
                new("updatedAt", index => kind.Timeline.CreatedAt(index) >= since.ToUnixTimeSeconds(),
                    value => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var updated)
                        && updated >= since),
            ],
        };
    }

    private List<RecordEntry> Upwards(RecordRange range, int limit)
    {
        var entries = stream.Read(range with { FromOldest = true }, limit);
        entries.Reverse();
        return entries;
    }
}
