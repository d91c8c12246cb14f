using System.Globalization;
using Tidemark.Engine.Sources;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Says of criteria that no record meets how many meet each part of them. They are read and held against it like any
/// records: the CRM's own count would take what merely contains a text for what equals it.
/// </summary>
internal sealed class ZohoEmptiness(HttpExchange exchange, ZohoOptions options, TimeProvider clock)
{
    // More would be read for a sentence.
    private const int MaxCounted = 1000;

    /// <summary>E.g. <c>Of Contacts, 12 records match (A:equals:b), none match (C:equals:true); none match all of it.</c></summary>
    public async Task<string> ExplainAsync(ZohoModule module, ZohoCriteria criteria, CancellationToken cancellationToken)
    {
        IReadOnlyList<ZohoCriteria> parts = criteria is ZohoCriteria.Group group ? group.Parts : [criteria];
        var found = new List<string>();
        foreach (var part in parts)
            found.Add($"{Records(await CountAsync(module, part, cancellationToken))} match {ZohoSearch.Text(part)}");
        return $"Of {module.ApiName}, {string.Join(", ", found)}{(parts.Count > 1 ? "; none match all of it" : "")}.";
    }

    private async Task<int> CountAsync(ZohoModule module, ZohoCriteria part, CancellationToken cancellationToken)
    {
        var asked = module.Fields.Where(field => field.ApiName == ZohoModule.Modified || part.Fields.Contains(field.ApiName));
        var stream = ZohoStreams.Of(module with { Fields = [.. asked] }, options with { Criteria = ZohoSearch.Text(part) });
        var request = new ReadRequest(stream.Schema, null) { IsFull = true };
        var count = 0;
        await foreach (var page in new HttpSource(exchange, [stream], clock).ReadAsync(request, cancellationToken))
        {
            using (page) count += page.Records.Count(record => !record.IsDeletion);
            if (count > MaxCounted) break;
        }

        return count;
    }

    private static string Records(int count) => count switch
    {
        0 => "none",
        1 => "1 record",
        > MaxCounted => string.Create(CultureInfo.InvariantCulture, $"more than {MaxCounted} records"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} records"),
    };
}
