using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Zoho;

/// <summary>A module of the CRM as its field metadata describes it.</summary>
/// <param name="ApiName">As in paths, e.g. <c>Leads</c>.</param>
/// <param name="Fields">In the order of the metadata.</param>
internal sealed record ZohoModule(string ApiName, IReadOnlyList<ZohoField> Fields)
{
    // A list is asked for at most 50 fields, and the parameter holds at most 1,024 characters.
    private const int MaxFieldsPerCall = 50;
    private const int MaxFieldsLength = 1024;

    /// <summary>When a record was last changed.</summary>
    public const string Modified = "Modified_Time";


    private static readonly PageShape Metadata = new("fields");

    /// <summary>Whether criteria are asked by search, because the CRM answers no queries of this module.</summary>
    public bool IsSearched { get; init; }

    public string Stream => ColumnNames.SnakeCase(ApiName);

    /// <summary>Whether records say when they changed. Without it a module is read whole every time.</summary>
    public bool HasModifiedTime => Fields.Any(known => known.ApiName == Modified);

    /// <summary>Field names in groups that fit one call; the first has the time of the last change.</summary>
    public IReadOnlyList<string> FieldGroups
    {
        get
        {
            var groups = new List<List<string>>();
            var names = Fields.Where(known => known.IsListed).Select(known => known.ApiName);
            foreach (var name in names.OrderBy(name => name != Modified))
            {
                if (groups.Count == 0 || groups[^1].Count == MaxFieldsPerCall
                    || groups[^1].Sum(other => other.Length + 1) + name.Length > MaxFieldsLength)
                    groups.Add([]);
                groups[^1].Add(name);
            }

            return groups.Count == 0 ? ["id"] : [.. groups.Select(group => string.Join(',', group))];
        }
    }

    public StreamSchema Schema => ZohoColumns.Of(this);

    public HttpCall List => Converted(HttpCall.Get(Path));

    public HttpCall Search => Converted(HttpCall.Get($"{Path}/search"));

    private string Path => $"/crm/v8/{Uri.EscapeDataString(ApiName)}";

    /// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/get-record-count.html.</remarks>
    public HttpCall Count => List with { Path = $"{List.Path}/actions/count" };

    /// <summary>Asks the CRM which fields a module has.</summary>
    /// <exception cref="TidemarkException">Configuration <c>zoho.no_fields</c>, and what the exchange throws.</exception>
    public static async Task<ZohoModule> DescribeAsync(HttpExchange exchange, string apiName, CancellationToken cancellationToken)
    {
        var call = HttpCall.Get("/crm/v8/settings/fields").With("module", apiName) with { EmptyStatuses = ZohoPaging.NoRecords };
        using var page = await exchange.SendAsync(call, Metadata, cancellationToken);
        var fields = Enumerable.Range(0, page.Records.Count)
            .Select(index => ZohoField.Read(page, index))
            .OfType<ZohoField>()
            .Where(field => field.ApiName != "id")
            .DistinctBy(field => field.ApiName)
            .ToList();
        return fields.Count > 0 ? new ZohoModule(apiName, fields) : throw new TidemarkException(
            FailureKind.Configuration, "zoho.no_fields",
            $"Zoho names no fields of the module {apiName}, and without them it cannot be read.")
        {
            Hint = "Take the module out of modules, or let the user of the refresh token see its fields.",
        };
    }

    /// <summary>
    /// The module with the fields that the settings name, or all where they name none of it. The time of the last
    /// change is always read, and so is what criteria ask: records are held against them.
    /// </summary>
    /// <exception cref="TidemarkException">Configuration <c>zoho.fields_invalid</c>, <c>zoho.unknown_field</c>.</exception>
    public ZohoModule Select(ZohoOptions options, ZohoCriteria? criteria)
    {
        var parts = options.Fields.Select(field => field.Split('.')).ToList();
        if (parts.FirstOrDefault(part => part.Length != 2 || !options.Modules.Contains(part[0])) is { } wrong)
        {
            throw new TidemarkException(
                FailureKind.Configuration, "zoho.fields_invalid", $"{string.Join('.', wrong)} in fields is no field of a module that is read.")
            {
                Hint = "Fields look like Contacts.Email, and their module stands in modules.",
            };
        }

        var wanted = parts.Where(part => part[0] == ApiName).Select(part => part[1]).ToHashSet(StringComparer.Ordinal);
        if (wanted.Count == 0) return this;
        if (wanted.FirstOrDefault(name => name != "id" && Fields.All(known => known.ApiName != name)) is { } unknown)
        {
            throw new TidemarkException(FailureKind.Configuration, "zoho.unknown_field", $"The module {ApiName} has no field {unknown}.")
            {
                Hint = NearestName.Hint(unknown, Fields.Select(known => known.ApiName)),
            };
        }

        wanted.Add(Modified);
        wanted.UnionWith(criteria?.Fields ?? []);
        return this with { Fields = [.. Fields.Where(known => wanted.Contains(known.ApiName))] };
    }

    // Without it a list leaves out the leads that became contacts.
    private HttpCall Converted(HttpCall call) =>
        call.With("converted", ApiName == "Leads" ? "both" : null) with { EmptyStatuses = ZohoPaging.NoRecords };
}

/// <summary>A field of a module.</summary>
/// <param name="ApiName">As in records, e.g. <c>Account_Name</c>.</param>
/// <param name="DataType">What it means, e.g. <c>lookup</c>, <c>currency</c>, <c>datetime</c>.</param>
/// <param name="JsonType">How it is written: string, integer, double, boolean, jsonarray or jsonobject.</param>
internal sealed record ZohoField(string ApiName, string DataType, string? JsonType)
{
    /// <summary>False where only the record's own address gives it, and never a list.</summary>
    public bool IsListed => DataType is not ("subform" or "imageupload" or "profileimage");

    public bool IsLookup => DataType is "lookup" or "ownerlookup" or "userlookup";

    public static ZohoField? Read(HttpPage page, int index) =>
        page.Value(index, "api_name") is { Length: > 0 } name
            ? new ZohoField(name, page.Value(index, "data_type") ?? "text", page.Value(index, "json_type"))
            : null;
}
