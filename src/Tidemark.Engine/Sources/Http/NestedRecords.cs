using System.Text.Json;
using Tidemark.Engine.Json;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// Records within records, e.g. the lines of an order, as records of a stream of their own. Paging goes by the outer
/// records: use it in <see cref="HttpStream.Complete"/> and on the pages of a change feed.
/// </summary>
public static class NestedRecords
{
    /// <summary>A page of the inner records in place of the outer ones, under the same envelope.</summary>
    /// <param name="page">Taken over: disposed when this returns.</param>
    /// <param name="path">Array in each outer record, e.g. <c>line_items</c>; a record without it has none.</param>
    /// <param name="carried">
    /// What every inner record gets from its outer one: the property's name there, e.g. <c>order_id</c>, and the path
    /// here, e.g. <c>id</c>. Where the outer record has no such value, nothing is written.
    /// </param>
    /// <returns>
    /// An outer record whose inner ones cannot be told stands in the page in brackets, as one that must not become a row: some
    /// rows exist whose keys nobody knows.
    /// </returns>
    public static HttpPage Unfold(HttpPage page, string path, IReadOnlyList<KeyValuePair<string, string>> carried)
    {
        using (page)
        using (var inner = new HttpPageBuilder())
        {
            var names = carried.Select(value => JsonSerializer.SerializeToUtf8Bytes(value.Key, PlainJson.Default.String)).ToList();
            for (var index = 0; index < page.Records.Count; index++)
            {
                var outer = page.Record(index).Span;
                var place = page.Records[index];
                var found = JsonPlace.Find(outer, path);
                if ((place.Unfit ?? Mistake(outer, path, found)) is { } unfit) inner.AddUnknown(outer, unfit);
                else if (found is { Token: JsonTokenType.StartArray } array)
                    Unfold(outer, array, names, carried, place.IsDeletion, inner);
            }

            return inner.ToPage(envelope: page);
        }
    }

    /// <summary>Why the inner records of an outer one cannot be told; null where they can, or there are none.</summary>
    private static string? Mistake(ReadOnlySpan<byte> outer, string path, JsonPlace? found)
    {
        if (MendedJson.Flaw(outer) is { Length: > 0 } flaw) return $"The record around the rows is not valid JSON from here on: {flaw}";
        if (outer is not [(byte)'{', ..]) return "The record around the rows is not a JSON object.";
        return found is null or { Token: JsonTokenType.StartArray or JsonTokenType.Null } ? null
            : $"{path} of the record around the rows is not a list.";
    }

    private static void Unfold(
        ReadOnlySpan<byte> outer, JsonPlace array, List<byte[]> names, IReadOnlyList<KeyValuePair<string, string>> carried,
        bool isDeletion, HttpPageBuilder into)
    {
        var json = array.In(outer);
        var reader = ForeignJson.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var place = JsonPlace.Of(ref reader);
            var record = place.In(json);
            if (place.Token == JsonTokenType.StartObject) record = Begin(outer, record, names, carried, into);
            into.Add(record, isDeletion);
        }
    }

    /// <summary>Writes the brace and what is carried; returns the rest of the record.</summary>
    private static ReadOnlySpan<byte> Begin(
        ReadOnlySpan<byte> outer, ReadOnlySpan<byte> record, List<byte[]> names,
        IReadOnlyList<KeyValuePair<string, string>> carried, HttpPageBuilder into)
    {
        var rest = record[1..].TrimStart(" \t\r\n"u8);
        var isFirst = true;
        into.Write("{"u8);
        for (var at = 0; at < carried.Count; at++)
        {
            if (JsonPlace.Find(outer, carried[at].Value) is not { } value) continue;
            if (!isFirst) into.Write(","u8);
            isFirst = false;
            into.Write(names[at]);
            into.Write(":"u8);
            into.Write(value.In(outer));
        }

        if (!isFirst && !rest.StartsWith("}"u8)) into.Write(","u8);
        return rest;
    }
}
