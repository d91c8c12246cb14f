using System.Globalization;
using System.Text;

namespace Tidemark.Tests.Sources;

/// <summary>
/// A vendor's list, newest first, by the id of the last record, with bounds on creation: what
/// <see cref="Played.Listing"/> reads.
/// </summary>
internal sealed class PlayedList(IEnumerable<(string Id, long Created)> records)
{
    private List<(string Id, long Created)> _records = [.. records.OrderByDescending(record => record.Created)];

    /// <summary>Changes what is answered, e.g. into a lie.</summary>
    public Func<PlayedRequest, PlayedAnswer, PlayedAnswer> Fault { get; set; } = (_, answer) => answer;

    public IEnumerable<string> Ids => _records.Select(record => record.Id);

    public static PlayedList Spread(int count) => new(Enumerable.Range(0, count).Select(at => ($"t{at:0000}", 1_500_000_000L + (at * 9_973L))));

    public void Delete(string id) => _records = [.. _records.Where(record => record.Id != id)];

    /// <summary>The first records that a request is answered with, or of all.</summary>
    public IEnumerable<(string Id, long Created)> First(PlayedRequest? request, int count) =>
        _records.Where(record => record.Created >= (request?.Number("from") ?? long.MinValue)
            && record.Created < (request?.Number("to") ?? long.MaxValue)).Take(count);

    public PlayedAnswer Answer(PlayedRequest request) => Fault(request, Page(request));

    public PlayedAnswer Page(PlayedRequest request)
    {
        var limit = (int)(request.Number("limit") ?? 10);
        var ordered = request["order"] == "oldest" ? _records.AsEnumerable().Reverse().ToList() : _records;
        var inRange = ordered.Where(record =>
            record.Created >= (request.Number("from") ?? long.MinValue) && record.Created < (request.Number("to") ?? long.MaxValue)).ToList();
        if (request["after"] is { } after)
        {
            var start = ordered.FindIndex(record => record.Id == after);
            if (start < 0) return PlayedAnswer.Json("""{"error":{"message":"No such position"}}""", 400);
            var passed = ordered.Take(start + 1).ToHashSet();
            inRange = [.. inRange.Where(record => !passed.Contains(record))];
        }

        return Page(inRange.Take(limit), inRange.Count > limit);
    }

    public static PlayedAnswer Page(IEnumerable<(string Id, long Created)> records, bool hasMore)
    {
        var json = new StringBuilder("""{"object":"list","data":[""");
        json.AppendJoin(',', records.Select(record => string.Create(CultureInfo.InvariantCulture,
            $$$"""{"id":"{{{record.Id}}}","created":{{{record.Created}}},"more":{"id":"nested","list":[1,2]}}""")));
        return PlayedAnswer.Json(json.Append("],\"has_more\":").Append(hasMore ? "true" : "false").Append('}').ToString());
    }
}
