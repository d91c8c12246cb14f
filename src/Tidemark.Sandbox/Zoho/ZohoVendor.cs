using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Zoho.Shapes;

namespace Tidemark.Sandbox.Zoho;

/// <summary>Zoho CRM, as far as its records, its queries and its updates go; API and accounts server on one port.</summary>
/// <remarks>https://www.zoho.com/crm/developer/docs/api/v8/.</remarks>
internal sealed class ZohoVendor : Vendor
{
    private readonly Dictionary<string, ZohoTable> _tables;
    private readonly ZohoRules _rules = new();
    private readonly ZohoAccounts _accounts;
    private readonly ZohoChanges _changes;
    private readonly ZohoRoutes _routes;

    public ZohoVendor(SandboxOptions options)
        : base("zoho", options.Clock)
    {
        var world = new ZohoWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        _tables = ZohoModules.All(world).ToDictionary(
            records => records.Module.ToLowerInvariant(),
            records => new ZohoTable(records, new RecordStream(records)), StringComparer.Ordinal);
        Streams = _tables.ToDictionary(table => table.Key, table => table.Value.Stream);
        _accounts = new(options.Clock);
        _changes = new(options);
        _routes = new(_tables, _accounts, _changes, _rules, options.Clock);
    }

    public override int PortOffset => 4;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    public override RequestKind Describe(HttpRequest request) => ZohoRoutes.Describe(request);

    public override void Sign(HttpContext http, string requestId)
    {
        if (_rules.CreditsRemaining is not { } left) return;
        http.Response.Headers["X-API-CREDITS-REMAINING"] = left.ToString(CultureInfo.InvariantCulture);
    }

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        try
        {
            return _routes.Answer(request, fired);
        }
        catch (ZohoProblem problem)
        {
            return problem.ToAnswer(_rules);
        }
    }

    public override Answer Refuse(int status) => ZohoProblem.WithStatus(status).ToAnswer(_rules);

    public override MutationResult Mutate(string stream, Mutation mutation) => _changes.Apply(_tables[stream], mutation);

    public override bool TrySet(string setting, JsonElement value) => _rules.TrySet(setting, value) || _accounts.TrySet(setting, value);
}
