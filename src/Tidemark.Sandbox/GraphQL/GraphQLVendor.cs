using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.GraphQL.Answers;
using Tidemark.Sandbox.GraphQL.Language;
using Tidemark.Sandbox.GraphQL.Shapes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.GraphQL;

/// <summary>
/// A GraphQL server of a shop: customers, and orders with the lines within them. It answers at every path, and only
/// to the bearer token <c>tidemark</c>.
/// </summary>
/// <remarks>https://graphql.github.io/graphql-over-http/draft/.</remarks>
internal sealed class GraphQLVendor : Vendor
{
    private readonly Dictionary<string, GraphQLRecords> _kinds;
    private readonly GraphQLChanges _changes;
    private readonly ServerSettings _settings = new();
    private readonly CostBucket _bucket;

    public GraphQLVendor(SandboxOptions options)
        : base("graphql", options.Clock)
    {
        var world = new GraphQLWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        _kinds = new(StringComparer.Ordinal)
        {
            ["customers"] = new CustomerRecords(world),
            ["orders"] = new OrderRecords(world),
        };
        Streams = _kinds.ToDictionary(kind => kind.Key, kind => new RecordStream(kind.Value));
        _changes = new(_kinds, Streams, options);
        _bucket = new(options.Clock);
    }

    public override int PortOffset => 6;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    /// <summary>
    /// A page is a later one where any variable says so: a cursor, an offset, a number past the first.
    /// </summary>
    public override RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var body = RequestBody.Json(request) is { ValueKind: JsonValueKind.Object } json ? json : default;
        var text = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("query", out var query)
            ? query.ToString() : "";
        if (text.Contains("__schema", StringComparison.Ordinal) || text.Length < 20
            || text.Contains("node(", StringComparison.Ordinal))
            return new(path, PageKind.NotAList);
        var isLater = body.TryGetProperty("variables", out var variables) && variables.ValueKind == JsonValueKind.Object
            && variables.EnumerateObject().Any(variable => variable.Name switch
            {
                "after" => variable.Value.ValueKind == JsonValueKind.String,
                "offset" => variable.Value.ValueKind == JsonValueKind.Number && variable.Value.GetInt32() > 0,
                "page" => variable.Value.ValueKind == JsonValueKind.Number && variable.Value.GetInt32() > 1,
                _ => false,
            });
        return new(path, isLater ? PageKind.Later : PageKind.First);
    }

    public override void Sign(HttpContext http, string requestId) => http.Response.Headers["X-Request-Id"] = requestId;

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        var accept = request.Headers.Accept.ToString();
        string? extensions = null;
        try
        {
            CheckToken(request, fired.Has(FaultKind.Expire));
            var body = RequestBody.Json(request) is { ValueKind: JsonValueKind.Object } json
                ? JsonObject.Create(json)!
                    : throw new GraphQLProblem("BAD_REQUEST", "POST body missing.", StatusCodes.Status400BadRequest);
            if (_settings.ErrorCode is { } code)
                throw new GraphQLProblem(code, "Refused on request.") { HasBegun = true };
            var fields = QueryParser.Read(
                body["query"]?.ToString() ?? "", body["variables"] as JsonObject ?? [], (string?)body["operationName"]);
            ServerSchema.Check("Query", fields);
            if (!_bucket.TryTake(Cost(fields), out extensions))
                throw new GraphQLProblem("THROTTLED", "Throttled", _settings.ThrottleStatus);
            return Execute(fields, fired, extensions);
        }
        catch (GraphQLProblem problem)
        {
            return problem.ToAnswer(accept, extensions);
        }
    }

    public override Answer Refuse(int status) => GraphQLProblem.WithStatus(status).ToAnswer("");

    public override MutationResult Mutate(string stream, Mutation mutation) => _changes.Apply(stream, mutation);

    /// <summary>Besides those of <see cref="ServerSettings"/>: <c>cost</c>, as [points, points a second].</summary>
    public override bool TrySet(string setting, JsonElement value)
    {
        if (setting != "cost") return _settings.TrySet(setting, value);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 2) return false;
        _bucket.Set(value[0].GetDouble(), value[1].GetDouble());
        return true;
    }

    private Answer Execute(IReadOnlyList<QueryField> fields, FiredFaults fired, string? extensions)
    {
        var json = new JsonBuffer();
        try
        {
            var execution = new Execution(_kinds, Streams, _settings, fired);
            json.Raw("{\"data\":"u8);
            execution.Write(json, fields);
            if (execution.Errors.Count > 0) json.Raw($",\"errors\":[{string.Join(',', execution.Errors)}]");
            if (extensions is not null) json.Raw($",\"extensions\":{extensions}");
            json.Raw("}"u8);
            return new(StatusCodes.Status200OK, json);
        }
        catch
        {
            json.Dispose();
            throw;
        }
    }

    /// <summary>Two points, and one for each record that may come.</summary>
    private static double Cost(IReadOnlyList<QueryField> fields) =>
        2 + fields.Sum(field => (field.Whole("first") ?? field.Whole("perPage") ?? field.Whole("limit") ?? 0) / 10.0);

    private static void CheckToken(HttpRequest request, bool isExpired)
    {
        if (request.Headers.Authorization.ToString() != "Bearer tidemark" || isExpired)
            throw GraphQLProblem.WithStatus(StatusCodes.Status401Unauthorized);
    }
}
