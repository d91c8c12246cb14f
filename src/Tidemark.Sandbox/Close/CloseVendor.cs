using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Close.Events;
using Tidemark.Sandbox.Close.Shapes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>A stand-in for api.close.com. Source: https://developer.close.com.</summary>
internal sealed class CloseVendor : Vendor
{
    private readonly CloseSettings _settings = new();
    private readonly CloseRoutes _routes;
    private readonly CloseChanges _changes;

    public CloseVendor(SandboxOptions options)
        : base("close", options.Clock)
    {
        var world = new CloseWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        var tables = new Dictionary<string, CloseTable>(StringComparer.Ordinal)
        {
            ["leads"] = new(new LeadRecords(world), world),
            ["contacts"] = new(new ContactRecords(world), world),
            ["opportunities"] = new(new OpportunityRecords(world), world),
            ["activities"] = new(new ActivityRecords(world), world),
            ["tasks"] = new(new TaskRecords(world), world),
            ["users"] = new(new UserRecords(world), world),
            ["custom_fields"] = new(new CustomFieldRecords(world, _settings), world),
            ["pipelines"] = new(new PipelineRecords(world), world),
            ["lead_statuses"] = new(new LeadStatusRecords(world), world),
            ["opportunity_statuses"] = new(new OpportunityStatusRecords(world), world),
        };
        var view = new CloseView(_settings, tables);
        var events = new CloseEventLog(options.Clock);
        var byType = new Dictionary<string, CloseTable>(StringComparer.Ordinal)
        {
            ["lead"] = tables["leads"],
            ["contact"] = tables["contacts"],
        };

        Streams = tables.ToDictionary(table => table.Key, table => table.Value.Stream);
        _changes = new(tables, events, world, options);
        _routes = new(
            tables.ToDictionary(table => table.Key, table => new CloseList(table.Value, view, _settings)),
            new(byType, view, _settings, options.Clock), new(events, world), world);
    }

    public override int PortOffset => 2;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    public override RequestKind Describe(HttpRequest request) => CloseRoutes.Describe(request);

    public override void Sign(HttpContext http, string requestId)
    {
        var headers = http.Response.Headers;
        var (remaining, reset) = (_settings.RateRemaining, _settings.RateReset.ToString(CultureInfo.InvariantCulture));
        if (_settings.RateHeader == "new") headers["RateLimit"] = $"limit=100, remaining={remaining}, reset={reset}";
        if (_settings.RateHeader != "old") return;
        headers["X-Rate-Limit-Limit"] = "100";
        headers["X-Rate-Limit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-Rate-Limit-Reset"] = reset;
    }

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        try
        {
            CloseLogin.Check(request, isExpired: fired.Has(FaultKind.Expire));
            return _routes.Answer(request, fired);
        }
        catch (CloseProblem problem)
        {
            return problem.ToAnswer();
        }
    }

    public override Answer Refuse(int status)
    {
        if (status != StatusCodes.Status429TooManyRequests)
            return new CloseProblem(status, "The request was refused.").ToAnswer();
        const string Message = "API call count exceeded for this second window.";
        var json = new JsonBuffer(1024);
        var reset = _settings.RateReset.ToString(CultureInfo.InvariantCulture);
        if (_settings.RateBody == "neither") json.Add($$"""{"error":{{Message}} }""");
        else if (_settings.RateBody == "flat") json.Add($$"""{"error":{{Message}},"rate_reset":{{reset:raw}} }""");
        else json.Add($$"""{"error":{"message":{{Message}},"rate_reset":{{reset:raw}} } }""");
        return new(status, json);
    }

    public override MutationResult Mutate(string stream, Mutation mutation) => _changes.Apply(stream, mutation);

    public override bool TrySet(string setting, JsonElement value) => _settings.TrySet(setting, value);
}
