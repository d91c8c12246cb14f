using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Events;

/// <summary>One change as Stripe reports it. The object is a snapshot and does not follow later changes.</summary>
/// <param name="Index">Number of the event since the start.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Type">E.g. <c>customer.updated</c>.</param>
/// <param name="ApiVersion">The version that the snapshot was rendered in.</param>
/// <param name="Snapshot">JSON of the object after the change, or before its deletion.</param>
/// <param name="Previous">JSON of the changed fields' old values; null for anything but an update.</param>
internal sealed record StripeEvent(
    long Index, long Created, string Type, string ApiVersion, byte[] Snapshot, byte[]? Previous)
{
    public void Write(JsonBuffer json, StripeWorld world)
    {
        json.Add($$"""{"id":{{new RecordId(world.EventIds, Index)}},"object":"event","api_version":{{ApiVersion}}""");
        json.Add($$""","created":{{Created}},"data":{"object":""");
        json.Raw(Snapshot);
        if (Previous is not null)
        {
            json.Raw(",\"previous_attributes\":"u8);
            json.Raw(Previous);
        }

        json.Add($$"""},"livemode":false,"pending_webhooks":0,"request":{"id":null,"idempotency_key":null},"type":""");
        json.Text(Type);
        json.Raw("}"u8);
    }
}
