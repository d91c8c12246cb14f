using System.Runtime.CompilerServices;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Oracle;

/// <summary>
/// What can be read. Records are listed by the time they were made, which never changes, and what changed by the time
/// of the last update: so a record that changes while the list is read is missed by neither.
/// </summary>
internal static class OracleStreams
{
    // The time of the last update is kept as long as the record.
    private static readonly TimeSpan Reach = TimeSpan.FromDays(36_500);

    public static IReadOnlyList<HttpStream> All(OracleOptions options) =>
        [.. OracleSchemas.All.Select(schema => Stream(options, schema))];

    /// <summary>The list of a resource without filter, page or fields.</summary>
    public static HttpCall Resource(OracleOptions options, StreamSchema schema) =>
        HttpCall.Get($"{Path(options)}/{schema.Name}").With("onlyData", "true")
            .With("finder", IsScoped(schema) ? TextOf(options.OpportunityFinder) : null);

    /// <summary>What the filter of a stream must hold whatever the range; null for nothing.</summary>
    public static string? Condition(OracleOptions options, StreamSchema schema) =>
        IsScoped(schema) ? TextOf(options.OpportunityQuery) : null;

    public static string Path(OracleOptions options) => $"/crmRestApi/resources/{options.ApiVersion}";

    private static HttpStream Stream(OracleOptions options, StreamSchema schema)
    {
        var extra = options.ExtraFields.Select(OracleExtraField.Parse).OfType<OracleExtraField>()
            .Where(field => field.Stream == schema.Name).ToList();
        var declared = schema.Fields.Where(field =>
            IsNeeded(schema, field) || !options.SkipFields.Contains($"{schema.Name}.{field.Path}")).ToList();
        var children = IsScoped(schema) ? options.Children : [];

        var resource = Resource(options, schema);
        // The service ignores expand beside fields.
        if (children.Count > 0) resource = resource.With("expand", string.Join(',', children));
        else if (options.Fields == OracleFields.Declared)
            resource = resource.With("fields", string.Join(',', declared.Select(field => field.Path)
                .Concat(extra.Select(field => field.Name)).Distinct(StringComparer.Ordinal)));

        var columns = schema with { Fields = [.. declared, .. Columns(declared, extra, children)] };
        var query = new OracleQuery(options.FrameworkVersion);
        var path = $"{Path(options)}/{schema.Name}";
        var complete = children.Count == 0 ? null : new OracleChildren(path, "OptyNumber", children);
        var changes = By(OracleSchemas.Updated).ToListing();
        return new HttpStream(columns, By(OracleSchemas.Created).ToListing())
        {
            Complete = complete is null ? null : complete.CompleteAsync,
            KeyListing = new OracleListing(
                Resource(options, schema).With("fields", $"{OracleSchemas.IdOf(schema)},{OracleSchemas.Created}"),
                OracleSchemas.IdOf(schema), OracleSchemas.Created, query, Condition(options, schema), options.PageSize).ToListing(),
            Changes = new ChangeFeed(
                (exchange, window, cancellationToken) => ChangesAsync(
                    exchange, changes, complete, new Slice { From = window.From, To = window.To }, cancellationToken),
                Reach),
            // One record, asked for with everything that the reading will ask for.
            Probes =
            [
                resource
                    .With("q", query.All(
                        query.Between(OracleSchemas.Created, 0, null), query.Between(OracleSchemas.Updated, 0, null),
                        Condition(options, schema)))
                    .With("orderBy", $"{OracleSchemas.Updated}:asc,{OracleSchemas.IdOf(schema)}:asc").With("limit", 1),
            ],
            // The number has been wrong: nothing but an estimate rests on it.
            Count = new HttpCount(
                Resource(options, schema).With("fields", OracleSchemas.IdOf(schema)).With("q", Condition(options, schema))
                    .With("limit", 1).With("totalResults", "true"),
                "totalResults"),
            Parallel = options.Parallel,
            Overlap = options.Overlap,
            Filter = IsScoped(schema) ? OracleScope.FilterOf(options) : null,
        };

        OracleListing By(string time) =>
            new(resource, OracleSchemas.IdOf(schema), time, query, Condition(options, schema), options.PageSize);
    }

    /// <summary>
    /// Columns for what the settings ask for besides; a field without a type gets its column when it is met.
    /// </summary>
    private static IEnumerable<Field> Columns(
        IReadOnlyList<Field> declared, IEnumerable<OracleExtraField> extra, IEnumerable<string> children) =>
        extra.Where(field => field.Type is not null && declared.All(known => known.Path != field.Name))
            .Select(field => OracleSchemas.Column(field.Name, field.Type!.Value))
            .Concat(children.Select(child => OracleSchemas.Column(child, FieldType.Json)))
            .DistinctBy(field => field.Name);

    /// <summary>
    /// Pages of what changed in a range, oldest change first: a record that changes meanwhile comes again.
    /// </summary>
    private static async IAsyncEnumerable<HttpPage> ChangesAsync(
        HttpExchange exchange, HttpListing changes, OracleChildren? complete, Slice range,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in exchange.ReadAsync(changes, range, cancellationToken))
        {
            if (page.Records.Count == 0) page.Dispose();
            else yield return complete is null ? page : await complete.CompleteAsync(exchange, page, cancellationToken);
        }
    }

    private static string? TextOf(string setting) => setting.Length == 0 ? null : setting;

    private static bool IsScoped(StreamSchema schema) => schema == OracleSchemas.Opportunities;

    private static bool IsNeeded(StreamSchema schema, Field field) =>
        schema.Key.Contains(field.Name) || field.Path is OracleSchemas.Created or OracleSchemas.Updated;
}
