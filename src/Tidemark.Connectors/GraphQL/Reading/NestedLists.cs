using System.Text.Json;
using Tidemark.Connectors.GraphQL.Queries;
using Tidemark.Connectors.GraphQL.Schema;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL.Reading;

/// <summary>
/// Turns the connections within records into plain arrays, whole: pages that the stream's query did not reach are read
/// besides. Cursors fall away, so that a record whose content did not change reads the same again.
/// </summary>
/// <param name="plan">The query and its connections.</param>
/// <param name="target">Path and query of the address.</param>
/// <param name="schemas">The schema, for queries that are not in the settings.</param>
/// <param name="parallel">Number of lists completed at once.</param>
internal sealed class NestedLists(QueryPlan plan, string target, SchemaCache schemas, int parallel)
{
    /// <summary>Elements beyond the first page, by record and list, where a list was cut.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="records">The records.</param>
    /// <param name="unfit">Receives why a list of a record cannot be read to its end, by the record's place.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException">Configuration <c>graphql.list_cut</c>; what the exchange throws, unless it concerns one
    /// list alone.</exception>
    public async Task<Dictionary<(int Record, string List), IReadOnlyList<ReadOnlyMemory<byte>>>> ReadRestsAsync(
        HttpExchange exchange, IReadOnlyList<ReadOnlyMemory<byte>> records, Dictionary<int, string> unfit,
        CancellationToken cancellationToken)
    {
        var cuts = (from index in Enumerable.Range(0, records.Count)
                    from list in plan.Nested
                    where GoesOn(records[index].Span, list)
                    select (Record: index, List: list)).ToList();
        var rests = new Dictionary<(int, string), IReadOnlyList<ReadOnlyMemory<byte>>>();
        if (cuts.Count == 0) return rests;
        var schema = await schemas.GetAsync(exchange, cancellationToken);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(cuts, limit, async (cut, token) =>
        {
            var (record, name) = (records[cut.Record], cut.List.Field.Response);
            var query = NestedQuery.For(plan, cut.List, schema) ?? throw CutOff(plan, cut.List, schema);
            try
            {
                if (query.Id.In(record.Span) is not { } id) Refuse(cut.Record, $"The record has no {query.Id.Path}, by which the rest of {name} is asked for.");
                else if (CursorOf(record.Span, cut.List) is not { } cursor) Refuse(cut.Record, $"{name} goes on, but the server does not say where.");
                else
                {
                    var rest = await ReadRestAsync(exchange, query.Listing(target, id), cursor, token);
                    lock (rests) rests[(cut.Record, name)] = rest;
                }
            }
            catch (TidemarkException refused) when (OneRecord.ConcernsOne(refused))
            {
                Refuse(cut.Record, $"The rest of {name} could not be read: {refused.Message}");
            }
        });
        return rests;

        void Refuse(int record, string why)
        {
            lock (rests) unfit.TryAdd(record, why);
        }
    }

    /// <summary>Writes a record with plain arrays in place of its connections.</summary>
    public void Write(
        ReadOnlySpan<byte> record, Func<string, IReadOnlyList<ReadOnlyMemory<byte>>> rest, HttpPageBuilder into)
    {
        var written = 0;
        foreach (var (list, place) in Places(record))
        {
            into.Write(record[written..place.Start]);
            into.Write("["u8);
            var isFirst = true;
            foreach (var element in Elements(record, list))
            {
                Next(ref isFirst, into);
                into.Write(Element(list, element.In(record).ToArray()).Span);
            }

            foreach (var element in rest(list.Field.Response))
            {
                Next(ref isFirst, into);
                into.Write(Element(list, element).Span);
            }

            into.Write("]"u8);
            written = place.End;
        }

        into.Write(record[written..]);
    }

    public static TidemarkException CutOff(QueryPlan plan, GraphList list, GraphSchema? schema) =>
        new(FailureKind.Configuration, "graphql.list_cut",
            $"{list.Field.Response} of {plan.Name} continues after its first page, and the rest cannot be requested.")
        {
            Hint = HowToComplete(plan, list, schema),
        };

    public static string HowToComplete(QueryPlan plan, GraphList list, GraphSchema? schema)
    {
        var complete = "under complete, give a query by the record's id: "
            + $"query($id: ID!, $after: String) {{ … {list.Field.Response}(after: $after) {{ … }} … }}. "
            + "complete_by names the field of the record that has the id.";
        return NestedQuery.NodeArgument(schema) is var (by, _) && plan.List.Record.Fields.All(field => field.Name != by)
            ? $"Select {by} of the record; or {complete}" : "U" + complete[1..];
    }

    private static bool GoesOn(ReadOnlySpan<byte> record, GraphList list) =>
        JsonPlace.Find(record, $"{list.Field.Response}/pageInfo/hasNextPage") is { Token: JsonTokenType.True };

    private static string? CursorOf(ReadOnlySpan<byte> record, GraphList list) =>
        JsonPlace.Find(record, $"{list.Field.Response}/pageInfo/endCursor")?.Text(record);

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadRestAsync(
        HttpExchange exchange, HttpListing listing, string cursor, CancellationToken cancellationToken)
    {
        var rest = new List<ReadOnlyMemory<byte>>();
        await foreach (var page in exchange.ReadAsync(listing, new Slice { Position = cursor }, cancellationToken))
        {
            using (page)
            {
                PartialData.Refuse(page["errors"]);
                for (var index = 0; index < page.Records.Count; index++) rest.Add(page.Record(index).ToArray());
            }
        }

        return rest;
    }

    /// <summary>Connections of a record in the order in which they stand; those that are null stay so.</summary>
    private List<(GraphList List, JsonPlace Place)> Places(ReadOnlySpan<byte> record)
    {
        var places = new List<(GraphList List, JsonPlace Place)>();
        foreach (var list in plan.Nested)
        {
            if (JsonPlace.Find(record, list.Field.Response) is { Token: JsonTokenType.StartObject } place)
                places.Add((list, place));
        }

        places.Sort((one, other) => one.Place.Start.CompareTo(other.Place.Start));
        return places;
    }

    private static IReadOnlyList<JsonPlace> Elements(ReadOnlySpan<byte> record, GraphList list) =>
        JsonPlace.Find(record, list.Field.Response) is { } place
            && JsonPlace.Find(place.In(record), list.Elements!) is { } array
            ? JsonElements.Of(record, array with { Start = array.Start + place.Start }) : [];

    /// <summary>The node of an edge, unless the edge says more, or its node is what the rows are made of.</summary>
    private ReadOnlyMemory<byte> Element(GraphList list, ReadOnlyMemory<byte> element) =>
        list.Elements == "edges" && (!list.HasEdgeFields || plan.Rows is not null) ? JsonElements.Node(element)
            : element;

    private static void Next(ref bool isFirst, HttpPageBuilder into)
    {
        if (!isFirst) into.Write(","u8);
        isFirst = false;
    }
}
