using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Oracle.Shapes;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Oracle;

/// <summary>
/// A stand-in for the REST resources of Oracle Fusion Sales. Source:
/// https://docs.oracle.com/en/cloud/saas/sales/faaps/index.html.
/// </summary>
internal sealed class OracleVendor : Vendor
{
    private const string Root = "/crmRestApi/resources";
    private static readonly string[] Versions = ["latest", "11.13.18.05"];

    private readonly OracleSettings _settings = new();
    private readonly Dictionary<string, OracleCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OracleChanges> _changes = new(StringComparer.Ordinal);

    public OracleVendor(SandboxOptions options)
        : base("oracle", options.Clock)
    {
        var world = new OracleWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        OracleRecords[] kinds =
        [
            new OpportunityRecords(world), new AccountRecords(world), new ContactRecords(world), new LeadRecords(world),
            new ActivityRecords(world),
        ];
        var streams = kinds.ToDictionary(kind => kind.Resource, kind => new RecordStream(kind));
        foreach (var kind in kinds)
        {
            var updates = new OracleUpdates(kind, streams[kind.Resource]);
            var selection = new OracleSelection(kind, streams[kind.Resource], updates);
            var scope = kind is OpportunityRecords ? new OracleScope(selection, _settings, options.Clock) : null;
            _collections[kind.Resource] = new(kind, streams[kind.Resource], selection, _settings, scope);
            _changes[kind.Resource] = new(kind, updates, _collections[kind.Resource].Learn, options);
        }

        Streams = streams;
    }

    public override int PortOffset => 5;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    /// <remarks>Every path is the root, a version, a resource, a number, child and a name.</remarks>
    public override RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = Parts(path);
        var isFirst = request.Query["offset"].ToString() is "" or "0";
        var page = parts.Length is not (2 or 5) ? PageKind.NotAList : isFirst ? PageKind.First : PageKind.Later;
        return new(parts.Length < 3 ? path : Route(parts), page);
    }

    public override void Sign(HttpContext http, string requestId)
    {
        http.Response.Headers["X-ORACLE-DMS-ECID"] = requestId;
        var asked = http.Request.Headers["REST-Framework-Version"].ToString();
        http.Response.Headers["REST-Framework-Version"] = asked.Length > 0 ? asked : "1";
    }

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        if (!OracleLogin.IsAccepted(request) || fired.Has(FaultKind.Expire))
            return Refuse(StatusCodes.Status401Unauthorized);
        var version = 1;
        try
        {
            version = OracleQuery.VersionOf(request);
            if (version > _settings.Frameworks) throw OracleProblem.Bad("The framework version is not supported.");
            return Answer(request, fired);
        }
        catch (OracleProblem problem)
        {
            return problem.ToAnswer(request, version);
        }
    }

    public override Answer Refuse(int status)
    {
        var problem = OracleProblem.WithStatus(status);
        var isLogin = status == StatusCodes.Status401Unauthorized && _settings.HasLoginPage;
        return isLogin ? problem.ToHtml() : problem.ToText();
    }

    public override MutationResult Mutate(string stream, Mutation mutation) =>
        _changes[stream].Apply(Streams[stream], mutation);

    public override bool TrySet(string setting, JsonElement value) => _settings.TrySet(setting, value);

    private Answer Answer(HttpRequest request, FiredFaults fired)
    {
        if (!HttpMethods.IsGet(request.Method))
            throw new OracleProblem(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed");
        var path = request.Path.Value ?? "/";
        if (path.TrimEnd('/') == Root) return Catalog();
        var parts = path.StartsWith(Root, StringComparison.Ordinal) ? Parts(path) : [];
        if (parts.Length < 2 || !Versions.Contains(parts[0]) || !_collections.TryGetValue(parts[1], out var collection))
            throw OracleProblem.Missing();
        return parts switch
        {
            [_, _] => collection.List(request, fired),
            [_, _, "describe"] => OracleDescription.Of(collection.Kind, $"{request.Scheme}://{request.Host}{path[..path.LastIndexOf('/')]}"),
            [_, _, var number] => collection.Get(request, number),
            [_, _, var number, "child", var child] => collection.Children(request, number, child, fired),
            _ => throw OracleProblem.Missing(),
        };
    }

    private Answer Catalog()
    {
        var json = new JsonBuffer(1024);
        var frameworks = Enumerable.Range(1, _settings.Frameworks).Select(version => $"\"{version}\"");
        json.Raw("""{"items":[{"version":"11.13.18.05","isLatest":true,"adf:extension":{"""u8);
        json.Raw("""
            "defaultFrameworkVersion":"1","allowedFrameworkVersions":[
            """u8);
        json.Raw(string.Join(',', frameworks));
        json.Raw("""]},"links":[]}],"links":[]}"""u8);
        return new(StatusCodes.Status200OK, json);
    }

    private static string[] Parts(string path) => path.Length <= Root.Length ? []
        : path[Root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Route(string[] parts) =>
        $"{Root}/{parts[0]}/{parts[1]}/{{id}}{(parts.Length > 3 ? "/" + string.Join('/', parts[3..]) : "")}";
}
