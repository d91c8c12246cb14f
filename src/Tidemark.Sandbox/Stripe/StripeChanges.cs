using System.Text.Json.Nodes;
using Tidemark.Sandbox.Control;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Stripe.Events;
using Tidemark.Sandbox.Stripe.Shapes;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Every change makes an event.</summary>
internal sealed class StripeChanges(
    IReadOnlyDictionary<string, StripeRecords> kinds, IReadOnlyDictionary<string, RecordStream> streams, EventLog events,
    SandboxOptions options) : VendorChanges<string>(options, choicePurpose: 500)
{
    /// <summary>As for any vendor; one event of the caller's own may take the place of each change's.</summary>
    public override MutationResult Apply(string table, Mutation mutation)
    {
        lock (Gate)
        {
            if (mutation.Event is not { } own) return base.Apply(table, mutation);
            var result = base.Apply(table, mutation with { Events = false });
            if (own["type"]?.ToString() is not { Length: > 0 } type || own["object"] is not JsonObject what)
                throw new ControlException("event takes a type and an object");
            events.Add(type, Bytes(what), own["previous_attributes"] is JsonObject previous ? Bytes(previous) : null);
            return result;
        }
    }

    protected override RecordStream StreamOf(string table) => streams[table];

    protected override void Check(string table, IReadOnlyList<JsonObject> objects, Mutation mutation) =>
        RefuseTaken(streams[table], objects.Select(StripeEdit.GivenId));

    protected override Predicate<RecordEntry> Deletable(string table) => kinds[table] switch
    {
        ChargeRecords => _ => throw new ControlException("Stripe has no way to delete a charge"),
        SubscriptionRecords subscriptions => subscriptions.Unasked.Passes,
        _ => _ => true,
    };

    protected override string Create(string table, JsonObject fields, bool isTold) => Edit(table, isTold).Create(fields);

    protected override string Update(string table, RecordEntry entry, JsonObject? fields, bool isTold) =>
        Edit(table, isTold).Update(entry, fields ?? new JsonObject { ["metadata"] = new JsonObject { ["change"] = $"{Round}" } });

    protected override string Delete(string table, RecordEntry entry, bool isTold) => Edit(table, isTold).Delete(entry);

    private StripeEdit Edit(string table, bool isTold) => new(kinds[table], streams[table], isTold ? events : null, Clock);
}
