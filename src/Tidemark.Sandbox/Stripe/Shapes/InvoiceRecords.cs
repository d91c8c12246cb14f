using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class InvoiceRecords(StripeWorld world, SubscriptionRecords subscriptions)
    : StripeRecords("invoice", world, world.InvoiceIds, world.Invoices)
{
    private static readonly string[] Statuses = ["draft", "open", "paid", "uncollectible", "void"];

    public override NestedList? Nested { get; } = new("lines", IsExpandable: false);

    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "customer" => Owner(World.CustomerIds, value, World.CustomerOfInvoice),
        "subscription" => WhereSubscription(value),
        "status" => WhereStatus(value),
        "collection_method" => Same("collection_method", value, "charge_automatically"),
        "due_date" => Same("due_date", value, null),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var lines = new InvoiceLines(World, index, created, PriceOf(index));
        var status = StatusOf(index);
        var customer = World.CustomerOfInvoice(index);
        var draws = World.Draw(Purpose.Invoice, index);
        var person = People.Draw(ref draws);
        var total = lines.Total();
        var paid = status == "paid" ? total : 0;
        var finalized = status == "draft" ? (long?)null : created + 3600;
        var subscription = lines.Subscription;

        json.Add($$"""{"id":{{IdAt(index)}},"object":"invoice","account_country":"US","account_name":""");
        json.Raw("\"Tidemark Sandbox\",\"account_tax_ids\":null"u8);
        json.Add($$""","amount_due":{{total}},"amount_overpaid":0,"amount_paid":{{paid}},"amount_remaining":""");
        json.Add($$"""{{total - paid}},"amount_shipping":0,"application":null,"attempt_count":""");
        json.Add($$"""{{(status == "paid" ? 1 : 0)}},"attempted":{{status == "paid"}},"auto_advance":false""");
        json.Raw(""","automatic_tax":{"disabled_reason":null,"enabled":false,"liability":null,"provider":null"""u8);
        json.Raw(""","status":null},"automatically_finalizes_at":null,"billing_reason":"""u8);
        json.Add($$"""{{(subscription is null ? "manual" : "subscription_cycle")}},"collection_method":""");
        json.Raw("\"charge_automatically\""u8);
        json.Add($$""","created":{{created}},"currency":{{lines.Currency}}""");
        json.Add($$""","custom_fields":null,"customer":{{new RecordId(World.CustomerIds, customer)}}""");
        json.Raw(""","customer_account":null,"customer_address":"""u8);
        if (draws.Percent(70)) Addresses.Write(json, World.HomeOf(customer), ref draws);
        else json.Null();
        json.Add($$""","customer_email":"{{person.LastInMail:raw}}{{customer}}@example.com","customer_name":""");
        json.Add($$"""{{person.FullName()}},"customer_phone":null,"customer_shipping":null""");
        json.Raw(""","customer_tax_exempt":"none","customer_tax_ids":[],"default_payment_method":null"""u8);
        json.Raw(""","default_source":null,"default_tax_rates":[],"description":null,"discounts":[]"""u8);
        json.Add($$""","due_date":null,"effective_at":{{finalized}},"ending_balance":""");
        json.Add($$"""{{(finalized is null ? null : 0)}},"footer":null,"from_invoice":null""");
        json.Raw(""","hosted_invoice_url":null"""u8);
        json.Raw(""","invoice_pdf":null,"issuer":{"type":"self"},"last_finalization_error":null"""u8);
        json.Raw(""","latest_revision":null,"lines":"""u8);
        lines.Write(json, form);
        json.Add($$""","livemode":false,"metadata":{},"next_payment_attempt":null,"number":""");
        json.Add($$"""{{(finalized is null ? null : $"TMD-{index:D8}")}},"on_behalf_of":null,"parent":""");
        WriteParent(json, subscription);
        json.Raw(""","payment_settings":{"default_mandate":null,"payment_method_options":null"""u8);
        json.Add($$""","payment_method_types":null},"period_end":{{created}},"period_start":{{lines.PeriodStart}}""");
        json.Raw(""","post_payment_credit_notes_amount":0,"pre_payment_credit_notes_amount":0"""u8);
        json.Raw(""","receipt_number":null,"rendering":null,"shipping_cost":null,"shipping_details":null"""u8);
        json.Add($$""","starting_balance":0,"statement_descriptor":null,"status":{{status}},"status_transitions":""");
        json.Add($$"""{"finalized_at":{{finalized}},"marked_uncollectible_at":""");
        json.Add($$"""{{When(status, "uncollectible", created)}},"paid_at":{{When(status, "paid", created)}}""");
        json.Add($$""","voided_at":{{When(status, "void", created)}}},"subtotal":""");
        json.Add($$"""{{total}},"subtotal_excluding_tax":{{total}},"test_clock":null,"total":{{total}}""");
        json.Add($$""","total_discount_amounts":[],"total_excluding_tax":{{total}}""");
        json.Add($$""","total_pretax_credit_amounts":[],"total_taxes":[],"webhooks_delivered_at":{{finalized}}}""");
    }

    private string StatusOf(long index) => (World.Draw(Purpose.State, index).Next() % 100) switch
    {
        < 80 => "paid",
        < 88 => "open",
        < 92 => "draft",
        < 96 => "void",
        _ => "uncollectible",
    };

    private long PriceOf(long index)
    {
        if (World.SubscriptionOfInvoice(index) is { } subscription) return subscriptions.PriceOf(subscription);
        var draws = World.Draw(Purpose.Item, ~index);
        return Timeline.Earlier(index, World.Plans, ref draws);
    }

    private static void WriteParent(JsonBuffer json, RecordId? subscription)
    {
        if (subscription is null)
        {
            json.Null();
            return;
        }

        json.Add($$"""{"quote_details":null,"subscription_details":{"metadata":{},"subscription":{{subscription}}}""");
        json.Raw(""","type":"subscription_details"}"""u8);
    }

    private static long? When(string status, string wanted, long created) => status == wanted ? created + 7200 : null;

    private RecordFilter WhereSubscription(string value)
    {
        var wanted = World.SubscriptionIds.TryIndex(value, out var subscription) ? subscription : -1;
        return new("parent/subscription_details/subscription",
            index => World.SubscriptionOfInvoice(index) == wanted, text => text == value);
    }

    private RecordFilter WhereStatus(string value)
    {
        if (!Statuses.Contains(value))
            throw StripeProblem.Invalid("status", $"Invalid status: must be one of {string.Join(", ", Statuses)}");
        return new("status", index => StatusOf(index) == value, text => text == value);
    }
}
