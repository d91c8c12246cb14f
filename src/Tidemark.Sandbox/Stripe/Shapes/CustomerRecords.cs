using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class CustomerRecords(StripeWorld world)
    : StripeRecords("customer", world, world.CustomerIds, world.Customers)
{
    private static readonly string[] Managers = ["a.lind", "c.okafor", "j.tanaka", "m.duarte", "p.weiß"];

    public override bool LeavesTrace => true;

    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "email" => new("email", index => EmailOf(index) == value, text => text == value),
        "test_clock" => Same("test_clock", value, null),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var draws = World.Draw(Purpose.Customer, index);
        var person = People.Draw(ref draws);
        var email = Email(person, index, ref draws);
        var place = World.HomeOf(index);
        var name = draws.Percent(15) ? draws.From(Phrases.Companies) : person.FullName();
        var phone = draws.Percent(70) ? $"{place.DialCode}{draws.Between(1_000_000, 9_999_999)}" : null;

        json.Add($$"""{"id":{{IdAt(index)}},"object":"customer","address":""");
        if (draws.Percent(85)) Addresses.Write(json, place, ref draws);
        else json.Null();
        json.Add($$""","balance":{{Balance(ref draws)}},"created":{{created}},"currency":{{place.Currency}}""");
        json.Add($$""","default_source":null,"delinquent":{{draws.Percent(4)}}""");
        json.Add($$""","description":{{(draws.Percent(75) ? draws.From(Phrases.Notes) : null)}},"discount":""");
        WriteDiscount(json, index, created, ref draws);
        json.Add($$""","email":{{email}},"invoice_prefix":{{Prefix(ref draws)}},"invoice_settings":""");
        json.Add($$"""{"custom_fields":null,"default_payment_method":{{Method(index, ref draws)}},"footer":null""");
        json.Raw(""","rendering_options":null},"livemode":false,"metadata":"""u8);
        WriteMetadata(json, index, created, ref draws);
        json.Add($$""","name":{{name}},"next_invoice_sequence":{{draws.Between(1, 60)}},"phone":{{phone}}""");
        json.Add($$""","preferred_locales":[{{place.Locale}}],"shipping":""");
        WriteShipping(json, place, name, phone, ref draws);
        json.Add($$""","tax_exempt":{{TaxExempt(ref draws)}},"test_clock":null}""");
    }

    private string? EmailOf(long index)
    {
        var draws = World.Draw(Purpose.Customer, index);
        var person = People.Draw(ref draws);
        return Email(person, index, ref draws);
    }

    private RecordId? Method(long index, ref Draws draws) =>
        draws.Percent(60) ? new RecordId(World.MethodIds, index) : null;

    private static string? Email(Person person, long index, ref Draws draws) => draws.Percent(3)
        ? null
        : $"{person.FirstInMail}.{person.LastInMail}{index}@{draws.From(Phrases.MailDomains)}";

    /// <summary>Minor units; below zero is credit of the customer.</summary>
    private static long Balance(ref Draws draws) => draws.Below(10) switch
    {
        0 => draws.Between(1, 250_000),
        1 or 2 => -draws.Between(1, 90_000),
        _ => 0,
    };

    private static string Prefix(ref Draws draws) => ((uint)draws.Next()).ToString("X8", provider: null);

    private static string TaxExempt(ref Draws draws) => draws.Below(20) switch
    {
        0 => "exempt",
        1 => "reverse",
        _ => "none",
    };

    private void WriteDiscount(JsonBuffer json, long index, long created, ref Draws draws)
    {
        if (!draws.Percent(3))
        {
            json.Null();
            return;
        }

        json.Add($$"""{"id":"di_Tmd{{Prefix(ref draws):raw}}","object":"discount","checkout_session":null""");
        json.Add($$""","customer":{{IdAt(index)}},"customer_account":null,"end":null,"invoice":null""");
        json.Add($$""","invoice_item":null,"promotion_code":null,"source":{"coupon":"WELCOME10","type":"coupon"}""");
        json.Add($$""","start":{{created}},"subscription":null,"subscription_item":null}""");
    }

    private static void WriteMetadata(JsonBuffer json, long index, long created, ref Draws draws)
    {
        var crm = (long)(draws.Next() >> 16);
        json.Add($$"""{"crm_id":"{{crm}}-{{index}}","segment":{{draws.From(Phrases.Segments)}},"source":""");
        json.Add($$"""{{draws.From(Phrases.Sources)}},"account_manager":{{draws.From(Managers)}}""");
        json.Add($$""","signed_up":"{{created}}","note":{{draws.From(Phrases.Notes)}}}""");
    }

    private static void WriteShipping(JsonBuffer json, Place place, string name, string? phone, ref Draws draws)
    {
        if (!draws.Percent(80))
        {
            json.Null();
            return;
        }

        json.Raw("""{"address":"""u8);
        Addresses.Write(json, place, ref draws);
        json.Add($$""","name":{{name}},"phone":{{phone}}}""");
    }
}
