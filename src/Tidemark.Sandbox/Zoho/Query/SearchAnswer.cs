using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho.Query;

/// <summary>Answers the search of a module: criteria, pages by number, newest id first, and no more than the cap.</summary>
internal sealed class SearchAnswer(ZohoTable table, ZohoRules rules)
{
    private const int MaxPage = 200;

    public Answer Read(HttpRequest request, FiredFaults fired)
    {
        var where = SearchParser.Parse(request.Query["criteria"].ToString(), rules.EqualsIsLoose);
        var size = ZohoList.Number(request.Query["per_page"], MaxPage, MaxPage, "per_page");
        var page = ZohoList.Number(request.Query["page"], 1, int.MaxValue, "page");
        if (fired.Has(FaultKind.RepeatPage)) page = Math.Max(1, page - 1);
        if ((long)page * size > rules.SearchCap)
            throw new ZohoProblem(400, "LIMIT_REACHED", "You can only get the first records of a search", $$"""{"limit":{{rules.SearchCap}}}""");

        var both = request.Query["converted"] == "both";
        var found = table.ByChange(RecordKey.BeforeAllOf(where.Earliest ?? long.MinValue))
            .Where(record => both || !table.IsConverted(record.Entry))
            .Select(record => (record.Entry.Index, Json: table.Read(record.Entry)))
            .Where(record => where.Holds(JsonSerializer.Deserialize<JsonElement>(record.Json)))
            .OrderByDescending(record => record.Index)
            .Take(rules.SearchCap).ToList();
        var part = found.Skip((page - 1) * size).Take(size).ToList();
        if (part.Count == 0) return new(204, new JsonBuffer(16));
        if (fired.Has(FaultKind.EmptyPage)) part.Clear();
        var hasMore = found.Count > page * size || fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.HasMoreLieTrue);
        var json = new JsonBuffer();
        json.Raw("""{"data":["""u8);
        for (var number = 0; number < part.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            json.Raw(part[number].Json);
        }

        json.Add($$"""],"info":{"per_page":{{size}},"count":{{part.Count}},"page":{{page}},"more_records":{{hasMore && !fired.Has(FaultKind.HasMoreLieFalse)}}""");
        json.Raw("}}"u8);
        return new(200, json);
    }
}
