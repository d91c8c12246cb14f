using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class ChargeRecords(StripeWorld world)
    : StripeRecords("charge", world, world.ChargeIds, world.Charges)
{
    private static readonly string[] Brands = ["visa", "mastercard", "amex", "jcb"];

    public override NestedList? Nested { get; } = new("refunds", IsExpandable: true);

    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "customer" => Owner(World.CustomerIds, value, World.CustomerOfCharge),
        "payment_intent" => new("payment_intent", index => World.IntentIds.Text(index) == value, text => text == value),
        "transfer_group" => Same("transfer_group", value, null),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose.Charge, index);
        var customer = World.CustomerOfCharge(index);
        var place = World.HomeOf(customer);
        var status = StatusOf(index);
        var succeeded = status == "succeeded";
        var amount = Amount(place.Currency, ref draws);
        var refunds = new Refunds(World, index, created, place.Currency, succeeded ? amount : 0);
        var brand = draws.From(Brands);
        var number = index.ToString("D4", provider: null);

        json.Add($$"""{"id":{{IdAt(index)}},"object":"charge","amount":{{amount}},"amount_captured":""");
        json.Add($$"""{{(succeeded ? amount : 0)}},"amount_refunded":{{refunds.Total}},"application":null""");
        json.Raw(""","application_fee":null,"application_fee_amount":null,"balance_transaction":"""u8);
        json.Add($$"""{{(succeeded ? new RecordId(World.TransactionIds, index) : (RecordId?)null)}}""");
        json.Raw(""","billing_details":"""u8);
        json.Raw("""{"address":"""u8);
        if (draws.Percent(60)) Addresses.Write(json, place, ref draws);
        else Addresses.WriteEmpty(json);
        json.Add($$""","email":null,"name":{{People.Draw(ref draws).FullName()}},"phone":null,"tax_id":null}""");
        json.Add($$""","calculated_statement_descriptor":"TIDEMARK","captured":{{succeeded}},"created":{{created}}""");
        json.Add($$""","currency":{{place.Currency}},"customer":{{new RecordId(World.CustomerIds, customer)}}""");
        json.Add($$""","description":"Order {{index}}","disputed":false,"failure_balance_transaction":null""");
        json.Add($$""","failure_code":{{(status == "failed" ? "card_declined" : null)}},"failure_message":""");
        json.Add($$"""{{(status == "failed" ? "Your card was declined." : null)}},"fraud_details":{}""");
        json.Raw(""","livemode":false"""u8);
        json.Add($$""","metadata":{"order":"{{index}}"},"on_behalf_of":null,"outcome":""");
        WriteOutcome(json, status);
        json.Add($$""","paid":{{succeeded}},"payment_intent":{{new RecordId(World.IntentIds, index)}}""");
        json.Add($$""","payment_method":{{new RecordId(World.MethodIds, customer)}},"payment_method_details":""");
        WriteCard(json, place, brand, number, amount);
        json.Add($$""","receipt_email":null,"receipt_number":null,"receipt_url":null,"refunded":""");
        json.Add($$"""{{amount > 0 && refunds.Total == amount}}""");
        if (form != Form.Listed)
        {
            json.Raw(",\"refunds\":"u8);
            refunds.Write(json, form);
        }

        json.Raw(""","review":null,"shipping":null,"source":null,"source_transfer":null"""u8);
        json.Add($$""","statement_descriptor":null,"statement_descriptor_suffix":null,"status":{{status}}""");
        json.Raw(""","transfer_data":null,"transfer_group":null}"""u8);
    }

    private string StatusOf(long index) => Refunds.Many(index)
        ? "succeeded"
        : (World.Draw(Purpose.State, index).Next() % 100) switch
        {
            < 93 => "succeeded",
            < 98 => "failed",
            _ => "pending",
        };

    private static long Amount(string currency, ref Draws draws)
    {
        var amount = draws.Percent(90) ? draws.Between(300, 40_000) : draws.Between(40_000, 9_999_999);
        return Places.IsZeroDecimal(currency) ? amount / 2 + 50 : amount;
    }

    private static void WriteOutcome(JsonBuffer json, string status)
    {
        var declined = status == "failed";
        json.Add($$"""{"advice_code":null,"network_advice_code":null,"network_decline_code":null,"network_status":""");
        json.Add($$"""{{(declined ? "declined_by_network" : "approved_by_network")}},"reason":""");
        json.Add($$"""{{(declined ? "generic_decline" : null)}},"risk_level":"normal","seller_message":""");
        json.Add($$"""{{(declined ? "The bank did not return any further details." : "Payment complete.")}},"type":""");
        json.Add($$"""{{(declined ? "issuer_declined" : "authorized")}}}""");
    }

    private static void WriteCard(JsonBuffer json, Place place, string brand, string number, long amount)
    {
        json.Add($$"""{"card":{"amount_authorized":{{amount}},"authorization_code":null,"brand":{{brand}},"checks":""");
        json.Raw("""{"address_line1_check":null,"address_postal_code_check":null,"cvc_check":"pass"}"""u8);
        json.Add($$""","country":{{place.Country}},"electronic_commerce_indicator":null,"exp_month":{{1 + amount % 12}},"exp_year":{{2028 + amount % 5}}""");
        json.Raw(""","extended_authorization":{"status":"disabled"},"fingerprint":"AOB934RVNwzk6xtn"""u8);
        json.Raw("\",\"funding\":\"credit\""u8);
        json.Raw(""","incremental_authorization":{"status":"unavailable"},"installments":null,"last4":"""u8);
        json.Add($$"""{{number[^4..]}},"mandate":null,"multicapture":{"status":"unavailable"},"network":{{brand}}""");
        json.Add($$""","network_token":{"used":false},"network_transaction_id":null,"overcapture":""");
        json.Add($$"""{"maximum_amount_capturable":{{amount}},"status":"unavailable"},"regulated_status":null""");
        json.Raw(""","three_d_secure":null,"transaction_link_id":null,"wallet":null},"type":"card"}"""u8);
    }
}
