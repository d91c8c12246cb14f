using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>
/// Finds the records of a module that meet criteria, by COQL. It asks for ids alone, in the order of their last change,
/// and goes on behind the last one found: no offset, so neither the search's 2,000 records nor COQL's 100,000 end it,
/// and a record that changes meanwhile shifts no other one out of sight.
/// </summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html.</remarks>
internal static class ZohoQuery
{
    private const char Between = '|';

    public static HttpListing Listing(ZohoModule module, ZohoCriteria criteria, int pageSize) =>
        new("data", slice => Call(module, criteria, slice, pageSize), new Paging(Next, page => page["info/more_records"] == "true")
        {
            Picks = ["info/more_records"],
            EndsByPosition = true,
        })
        {
            PageSize = pageSize,
            End = new(EndProof.NothingFollows, "https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html"),
            Range = new ListingRange("Modified_Time", WireTime.Iso8601, RangeOrder.OldestFirst),
        };

    /// <summary>Whether the CRM answers queries of this module: some editions and tokens have no right to them.</summary>
    /// <exception cref="TidemarkException">What the exchange throws, where that is not such a refusal.</exception>
    public static async Task<bool> IsAnsweredAsync(
        HttpExchange exchange, ZohoModule module, ZohoCriteria criteria, CancellationToken cancellationToken)
    {
        try
        {
            using var page = await exchange.ProbeAsync(
                Call(module, criteria, new Slice(), pageSize: 1), new PageShape("data"), cancellationToken);
            return true;
        }
        catch (TidemarkException refused) when (refused.Code is "zoho.scope_missing" or "zoho.forbidden" or "zoho.not_supported"
            or "zoho.invalid_url_pattern" or "zoho.invalid_request_method")
        {
            return false;
        }
    }

    private static HttpCall Call(ZohoModule module, ZohoCriteria criteria, Slice slice, int pageSize)
    {
        var conditions = new List<string> { Where(criteria, module) };
        // A position of three parts is one of a search: it goes on at the window that this had come to.
        conditions.Add(slice.Position?.Split(Between) switch
        {
            [var time, var id] => $"(Modified_Time > '{time}' or (Modified_Time = '{time}' and id > '{id}'))",
            [var from, _, _] => $"Modified_Time >= '{Time(long.Parse(from, CultureInfo.InvariantCulture))}'",
            _ => $"Modified_Time >= '{Time(slice.From ?? 0)}'",
        });
        if (slice.To is { } end) conditions.Add($"Modified_Time < '{Time(end)}'");
        var query = string.Create(CultureInfo.InvariantCulture,
            $"select id, Modified_Time from {module.ApiName} where {Nest(conditions, "and")} "
            + $"order by Modified_Time asc, id asc limit {pageSize}");
        return HttpCall.Search("/crm/v8/coql", new JsonObject { ["select_query"] = query }.ToJsonString()) with
        {
            EmptyStatuses = ZohoPaging.NoRecords,
        };
    }

    private static string? Next(Slice slice, HttpPage page) =>
        page.Last("Modified_Time") is { } time && page.Last("id") is { } id ? $"{time}{Between}{id}" : null;

    /// <summary>Criteria in COQL's words.</summary>
    internal static string Where(ZohoCriteria criteria, ZohoModule module)
    {
        if (criteria is ZohoCriteria.Group group)
            return Nest([.. group.Parts.Select(part => Where(part, module))], group.All ? "and" : "or");
        var condition = (ZohoCriteria.Condition)criteria;
        var type = module.Fields.FirstOrDefault(field => field.ApiName == condition.Field) is { } field
            ? ZohoColumns.TypeOf(field) : FieldType.Text;
        var values = condition.Values.Select(value => Literal(value, type)).ToList();
        return condition.Comparison switch
        {
            "equals" when condition.Values[0].Length == 0 => $"{condition.Field} is null",
            "equals" => $"{condition.Field} = {values[0]}",
            "not_equal" => $"{condition.Field} not in ({values[0]})",
            "starts_with" => $"{condition.Field} like {Literal($"{condition.Values[0]}%", FieldType.Text)}",
            "in" => $"{condition.Field} in ({string.Join(", ", values)})",
            "between" => $"{condition.Field} between {values[0]} and {values[1]}",
            "greater_than" => $"{condition.Field} > {values[0]}",
            "greater_equal" => $"{condition.Field} >= {values[0]}",
            "less_than" => $"{condition.Field} < {values[0]}",
            _ => $"{condition.Field} <= {values[0]}",
        };
    }

    /// <summary>Conditions are joined two at a time: <c>(a and (b and c))</c>.</summary>
    internal static string Nest(List<string> conditions, string word) =>
        conditions.Count == 1 ? conditions[0] : $"({conditions[0]} {word} {Nest([.. conditions.Skip(1)], word)})";

    private static string Literal(string value, FieldType type) => type switch
    {
        FieldType.Boolean when bool.TryParse(value, out var flag) => flag ? "true" : "false",
        FieldType.Int64 or FieldType.Decimal
            when decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'",
    };

    internal static string Time(long second) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
