using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>The refunds of one charge: mostly none, on a few charges more than a page shows.</summary>
internal sealed class Refunds(StripeWorld world, long charge, long created, string currency, long refundable)
{
    private const long Day = 86_400;

    private readonly int _count = Many(charge) ? 11 + (int)(charge % 4) : charge % 17 == 0 && refundable > 0 ? 1 : 0;

    /// <summary>Minor units. One charge in two with a single refund is refunded as a whole.</summary>
    public long Total => _count * Each;

    private long Each => _count switch
    {
        0 => 0,
        1 => charge % 2 == 0 ? refundable : refundable / 2,
        _ => Math.Max(1, refundable / 20),
    };

    public static bool Many(long charge) => charge % 251 == 7;

    public void Write(JsonBuffer json, Form form)
    {
        var shown = NestedList.CountIn(form, _count);
        json.Raw("""{"object":"list","data":["""u8);
        for (var number = 0; number < shown; number++)
        {
            if (number > 0) json.Raw(","u8);
            WriteRefund(json, number);
        }

        json.Add($$"""],"has_more":{{shown < _count}}""");
        json.Add($$""","url":"/v1/charges/{{world.ChargeIds.Text(charge):raw}}/refunds"}""");
    }

    private void WriteRefund(JsonBuffer json, int number)
    {
        // Newest first, and all before the present even for the youngest charges.
        var at = Math.Min(created + Day, Math.Max(created, world.End.ToUnixTimeSeconds())) - number;
        json.Add($$"""{"id":{{new RecordId(world.RefundIds, charge * 64 + number)}}""");
        json.Add($$""","object":"refund","amount":{{Each}}""");
        json.Add($$""","balance_transaction":null,"charge":{{new RecordId(world.ChargeIds, charge)}}""");
        json.Add($$""","created":{{at}}""");
        json.Add($$""","currency":{{currency}},"customer":null,"customer_account":null,"destination_details":""");
        json.Raw("""{"card":{"type":"reversal"},"type":"card"},"metadata":{},"payment_intent":"""u8);
        json.Add($$"""{{new RecordId(world.IntentIds, charge)}},"payment_method":null,"reason":null""");
        json.Raw(""","receipt_number":null,"source_transfer_reversal":null,"status":"succeeded","""u8);
        json.Raw("\"transfer_reversal\":null}"u8);
    }
}
