using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>The lines of one invoice: mostly few, on one invoice of a hundred more than a page shows.</summary>
internal sealed class InvoiceLines(StripeWorld world, long invoice, long created, long price)
{
    private const long Month = 30 * 86_400L;

    private readonly int _count = invoice % 100 == 3 ? 11 + (int)(invoice / 100 % 25) : 1 + (int)(invoice % 7) / 4;

    public string Currency { get; } = Tariff.CurrencyOf(price);

    public long PeriodStart => created - Month;

    public RecordId? Subscription { get; } = world.SubscriptionOfInvoice(invoice) is { } subscription
        ? new RecordId(world.SubscriptionIds, subscription)
        : null;

    public long Total()
    {
        var total = 0L;
        for (var number = 0; number < _count; number++) total += Amount(Tariff.Of(world, PriceOf(number)), number);
        return total;
    }

    public void Write(JsonBuffer json, Form form)
    {
        var shown = NestedList.CountIn(form, _count);
        json.Raw("""{"object":"list","data":["""u8);
        for (var number = 0; number < shown; number++)
        {
            if (number > 0) json.Raw(","u8);
            WriteLine(json, number);
        }

        json.Add($$"""],"has_more":{{shown < _count}}""");
        json.Add($$""","url":"/v1/invoices/{{world.InvoiceIds.Text(invoice):raw}}/lines"}""");
    }

    private void WriteLine(JsonBuffer json, int number)
    {
        var tariff = Tariff.Of(world, PriceOf(number));
        var amount = Amount(tariff, number);
        var product = tariff.Index / 2;
        json.Add($$"""{"id":{{new RecordId(world.LineIds, invoice * 64 + number)}}""");
        json.Add($$""","object":"line_item","amount":{{amount}}""");
        json.Add($$""","currency":{{Currency}},"description":"{{Quantity(number)}} × """);
        json.Add($$"""{{ProductRecords.NameOf(world, product):raw}}","discount_amounts":[],"discountable":true""");
        json.Add($$""","discounts":[],"invoice":{{new RecordId(world.InvoiceIds, invoice)}},"livemode":false""");
        json.Raw(""","metadata":{},"parent":"""u8);
        WriteParent(json, number);
        json.Add($$""","period":{"end":{{created}},"start":{{PeriodStart}}},"pretax_credit_amounts":[],"pricing":""");
        json.Add($$"""{"price_details":{"price":{{new RecordId(world.PriceIds, tariff.Index)}},"product":""");
        json.Add($$"""{{new RecordId(world.ProductIds, product)}}},"type":"price_details","unit_amount_decimal":""");
        json.Add($$"""{{tariff.AmountDecimal}}},"quantity":{{Quantity(number)}},"quantity_decimal":""");
        json.Add($$"""{{Quantity(number).ToString(provider: null)}},"subscription":{{Subscription}}""");
        json.Add($$""","subtotal":{{amount}}""");
        json.Raw(""","taxes":[]}"""u8);
    }

    private void WriteParent(JsonBuffer json, int number)
    {
        if (Subscription is null)
        {
            var item = new RecordId(world.InvoiceItemIds, invoice * 64 + number);
            json.Add($$"""{"invoice_item_details":{"invoice_item":{{item}},"proration":false,"proration_details":""");
            json.Raw("""{"credited_items":null},"subscription":null},"subscription_item_details":null"""u8);
            json.Raw(""","type":"invoice_item_details"}"""u8);
            return;
        }

        json.Raw("""{"invoice_item_details":null,"subscription_item_details":{"invoice_item":null"""u8);
        json.Raw(""","proration":false,"proration_details":{"credited_items":null},"subscription":"""u8);
        var firstItem = new RecordId(world.ItemIds, Subscription.Value.Index * 64);
        json.Add($$"""{{Subscription}},"subscription_item":{{firstItem}}""");
        json.Raw("""},"type":"subscription_item_details"}"""u8);
    }

    private long PriceOf(int number) => Tariff.Beside(price, number);

    private static int Quantity(int number) => 1 + number % 3;

    private static long Amount(Tariff tariff, int number) => tariff.AmountOrTypical * Quantity(number);
}
