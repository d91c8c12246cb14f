using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Square;

/// <summary>A stand-in for connect.squareup.com. Source: https://developer.squareup.com/reference/square.</summary>
internal sealed class SquareVendor : Vendor
{
    private readonly SquareToken _token = new();
    private readonly SquareSettings _settings;
    private readonly SquareChanges _changes;
    private readonly SquareRoutes _routes;

    public SquareVendor(SandboxOptions options)
        : base("square", options.Clock)
    {
        var world = new SquareWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        var records = new SquareRecords(world);
        var tombstones = new Tombstones();
        var catalog = new CatalogSearch(records.Catalog, records.StreamOf, tombstones);
        var counts = new CountSearch(world, records.Counts, records.CountStream, records.VariationStream);
        var orders = new OrderSearch(world, records.Orders, records.OrderStream, records.LocationStream);

        Streams = records.Streams;
        _settings = new(_token, catalog, counts);
        _changes = new(records, tombstones, options);
        _routes = new(_token, _settings, new(records, counts, options.Clock), catalog, counts, orders, options.Clock);
    }

    public override int PortOffset => 3;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    public override RequestKind Describe(HttpRequest request) => SquareRoutes.Describe(request);

    public override void Sign(HttpContext http, string requestId)
    {
        http.Response.Headers["X-Request-Id"] = requestId;
        var asked = http.Request.Headers[SquareRoutes.VersionHeader].ToString();
        http.Response.Headers[SquareRoutes.VersionHeader] = asked.Length > 0 ? asked : "2025-08-20";
    }

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        try
        {
            return _routes.Answer(request, fired);
        }
        catch (SquareProblem problem)
        {
            return problem.ToAnswer();
        }
    }

    public override Answer Refuse(int status) => SquareProblem.WithStatus(status).ToAnswer();

    public override MutationResult Mutate(string stream, Mutation mutation) => _changes.Apply(stream, mutation);

    public override bool TrySet(string setting, JsonElement value) => _settings.TrySet(setting, value);
}
