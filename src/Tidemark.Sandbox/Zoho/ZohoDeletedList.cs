using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Answers the list of a module's deleted records.</summary>
internal sealed class ZohoDeletedList(ZohoTable table, ZohoRules rules)
{
    private const int MaxPage = 200;

    public Answer Read(HttpRequest request, FiredFaults fired)
    {
        var kind = request.Query["type"].ToString();
        if (kind is not ("" or "all" or "recycle" or "permanent")) throw ZohoProblem.Invalid("type");
        var size = ZohoList.Number(request.Query["per_page"], MaxPage, MaxPage, "per_page");
        var page = ZohoList.Number(request.Query["page"], 1, int.MaxValue, "page");
        if (fired.Has(FaultKind.RepeatPage)) page = Math.Max(1, page - 1);
        var since = ZohoList.Since(request) ?? long.MinValue;
        var all = table.Deleted.Where(each => each.At >= since && (kind is "" or "all" || each.Kind == kind)).ToList();
        if (rules.DeletedCap == "silent") all = [.. all.Take(rules.PageCap)];
        if (rules.DeletedCap == "error" && page * size > rules.PageCap)
            throw new ZohoProblem(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                "You can only get the first 2000 records without using page_token param.");

        var found = all.Skip((page - 1) * size).Take(size).ToList();
        if (found.Count == 0) return new(204, new JsonBuffer(16));
        var hasMore = all.Count > page * size;
        var says = fired.Has(FaultKind.EmptyPage) || fired.Has(FaultKind.HasMoreLieTrue)
            || (hasMore && !fired.Has(FaultKind.HasMoreLieFalse));
        if (fired.Has(FaultKind.EmptyPage)) found.Clear();
        var json = new JsonBuffer();
        json.Raw("""{"data":["""u8);
        for (var number = 0; number < found.Count; number++)
        {
            if (number > 0) json.Raw(","u8);
            var each = found[number];
            json.Add($$"""{"deleted_by":null,"id":{{each.Id}},"display_name":{{each.Name}},"type":{{each.Kind}}""");
            json.Add($$""","created_by":null,"deleted_time":{{ZohoTime.Text(each.At)}}}""");
        }

        json.Add($$"""],"info":{"per_page":{{size}},"count":{{found.Count}},"page":{{page}},"more_records":{{says}}""");

        json.Raw("}}"u8);
        return new(200, json);
    }
}
