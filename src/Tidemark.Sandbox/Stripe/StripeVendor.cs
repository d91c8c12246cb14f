using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Stripe.Events;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>A stand-in for api.stripe.com. Source: https://docs.stripe.com/api.</summary>
internal sealed class StripeVendor : Vendor
{
    private readonly EventLog _events;
    private readonly StripeRoutes _routes;
    private readonly StripeChanges _changes;

    public StripeVendor(SandboxOptions options)
        : base("stripe", options.Clock)
    {
        var world = new StripeWorld(options.Seed, options.Size, options.Clock.GetUtcNow());
        var subscriptions = new SubscriptionRecords(world);
        var kinds = new Dictionary<string, StripeRecords>(StringComparer.Ordinal)
        {
            ["customers"] = new CustomerRecords(world),
            ["subscriptions"] = subscriptions,
            ["charges"] = new ChargeRecords(world),
            ["invoices"] = new InvoiceRecords(world, subscriptions),
            ["products"] = new ProductRecords(world),
            ["plans"] = new PlanRecords(world),
            ["prices"] = new PriceRecords(world),
        };
        var streams = kinds.ToDictionary(kind => kind.Key, kind => new RecordStream(kind.Value));

        Streams = streams;
        _events = new(world, options.Clock);
        _changes = new(kinds, streams, _events, options);
        var expansion = new StripeExpansion();
        expansion.Lists = kinds.ToDictionary(
            kind => kind.Key, kind => new StripeList(kind.Key, kind.Value, streams[kind.Key], expansion));
        _routes = new(expansion.Lists, new(_events, world), world);
    }

    public override int PortOffset => 1;

    public override IReadOnlyDictionary<string, RecordStream> Streams { get; }

    public override RequestKind Describe(HttpRequest request) => StripeRoutes.Describe(request);

    public override void Sign(HttpContext http, string requestId)
    {
        http.Response.Headers["Request-Id"] = requestId;
        var asked = http.Request.Headers[StripeVersion.Header].ToString();
        http.Response.Headers[StripeVersion.Header] = asked.Length > 0 ? asked : StripeVersion.Current;
    }

    public override Answer Handle(HttpRequest request, FiredFaults fired)
    {
        try
        {
            StripeKey.Check(request, isExpired: fired.Has(FaultKind.Expire));
            StripeVersion.Check(request);
            return _routes.Answer(request, fired);
        }
        catch (StripeProblem problem)
        {
            return problem.ToAnswer();
        }
    }

    public override Answer Refuse(int status) => StripeProblem.WithStatus(status).ToAnswer();

    public override MutationResult Mutate(string stream, Mutation mutation) => _changes.Apply(stream, mutation);

    public override bool TrySet(string setting, JsonElement value)
    {
        if (setting != "event_api_version" || value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            return false;
        _events.ApiVersion = value.GetString() ?? StripeVersion.Current;
        return true;
    }
}
