using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

internal sealed class SubscriptionRecords(StripeWorld world)
    : StripeRecords("subscription", world, world.SubscriptionIds, world.Subscriptions)
{
    private const long Month = 30 * 86_400L;

    private static readonly string[] Statuses =
    [
        "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing",
        "unpaid",
    ];

    public override string EventName => "customer.subscription";

    public override NestedList? Nested { get; } = new("items", IsExpandable: false);

    public override RecordFilter Unasked => WithStatus(status => status != "canceled");

    public override RecordFilter? Where(string parameter, string value) => parameter switch
    {
        "customer" => Owner(World.CustomerIds, value, World.CustomerOfSubscription),
        "price" or "plan" => WherePrice(value),
        "status" => WhereStatus(value),
        "collection_method" => Same("collection_method", value, "charge_automatically"),
        "automatic_tax[enabled]" => Same("automatic_tax/enabled", value, "false"),
        "test_clock" => Same("test_clock", value, null),
        _ => null,
    };

    public override void Write(JsonBuffer json, long index, long created, Form form)
    {
        var status = StatusOf(index);
        var draws = World.Draw(Purpose.Subscription, index);
        var isOver = status is "canceled" or "incomplete_expired";
        var ended = isOver ? Math.Min(created + Month, Now(created)) : (long?)null;
        var trialStart = status == "trialing" || draws.Percent(20) ? created : (long?)null;
        var cancelsAtEnd = status == "active" && draws.Percent(8);
        var price = PriceOf(index);

        json.Add($$"""{"id":{{IdAt(index)}},"object":"subscription","application":null""");
        json.Raw(""","application_fee_percent":null"""u8);
        json.Raw(""","automatic_tax":{"disabled_reason":null,"enabled":false,"liability":null}"""u8);
        json.Add($$""","billing_cycle_anchor":{{created}},"billing_cycle_anchor_config":null,"billing_mode":""");
        json.Raw("""{"flexible":null,"type":"classic"},"billing_schedules":[],"billing_thresholds":null"""u8);
        json.Add($$""","cancel_at":{{(cancelsAtEnd ? PeriodEnd(created) : null)}},"cancel_at_period_end":""");
        json.Add($$"""{{cancelsAtEnd}},"canceled_at":{{ended}},"cancellation_details":{"comment":null""");
        json.Add($$""","feedback":null,"feedback_option":null,"reason":{{(ended is null ? null : "cancellation_requested")}}}""");
        json.Add($$""","collection_method":"charge_automatically","created":{{created}},"currency":""");
        json.Add($$"""{{Tariff.CurrencyOf(price)}},"customer":""");
        json.Add($$"""{{new RecordId(World.CustomerIds, World.CustomerOfSubscription(index))}}""");
        json.Raw(""","customer_account":null"""u8);
        json.Raw(""","days_until_due":null,"default_payment_method":null,"default_source":null"""u8);
        json.Raw(""","default_tax_rates":[],"description":null,"discounts":[],"ended_at":"""u8);
        json.Add($$"""{{ended}},"invoice_settings":{"account_tax_ids":null,"custom_fields":null,"description":null""");
        json.Raw(""","footer":null,"issuer":{"type":"self"}},"items":"""u8);
        WriteItems(json, index, created, price, form);
        json.Add($$""","latest_invoice":{{LatestInvoice(index)}},"livemode":false,"managed_payments":""");
        json.Add($$"""{"enabled":false},"metadata":{"seats":"{{draws.Between(1, 400)}}"}""");
        json.Raw(""","next_pending_invoice_item_invoice":null,"on_behalf_of":null,"pause_collection":"""u8);
        json.Raw(status == "paused" ? """{"behavior":"void","resumes_at":null}"""u8 : "null"u8);
        json.Raw(""","payment_settings":{"payment_method_options":null,"payment_method_types":null"""u8);
        json.Raw(""","save_default_payment_method":"off"},"pending_invoice_item_interval":null"""u8);
        json.Raw(""","pending_setup_intent":null,"pending_update":null,"schedule":null,"start_date":"""u8);
        json.Add($$"""{{created}},"status":{{status}},"test_clock":null,"transfer_data":null,"trial_end":""");
        json.Add($$"""{{TrialEnd(trialStart, status)}}""");
        json.Raw(""","trial_settings":{"end_behavior":{"billing_cycle_anchor":null,"missing_payment_method":"create_invoice"}}"""u8);
        json.Add($$""","trial_start":{{trialStart}}}""");
    }

    public long PriceOf(long index)
    {
        var draws = World.Draw(Purpose.Item, index);
        return Timeline.Earlier(index, World.Plans, ref draws);
    }

    public string StatusOf(long index) => (World.Draw(Purpose.State, index).Next() % 100) switch
    {
        < 70 => "active",
        < 75 => "trialing",
        < 81 => "past_due",
        // A subscription that is made later begins its life.
        _ when index >= Count => "active",
        < 95 => "canceled",
        95 or 96 => "unpaid",
        97 => "incomplete",
        98 => "paused",
        _ => "incomplete_expired",
    };

    private void WriteItems(JsonBuffer json, long index, long created, long price, Form form)
    {
        var count = ItemsOf(index);
        var shown = NestedList.CountIn(form, count);
        json.Raw("""{"object":"list","data":["""u8);
        for (var number = 0; number < shown; number++)
        {
            if (number > 0) json.Raw(","u8);
            WriteItem(json, index, created, number, Tariff.Beside(price, number));
        }

        json.Add($$"""],"has_more":{{shown < count}}""");
        json.Add($$""","url":"/v1/subscription_items?subscription={{Ids.Text(index):raw}}"}""");
    }

    private void WriteItem(JsonBuffer json, long index, long created, int number, long price)
    {
        var id = new RecordId(World.ItemIds, index * 64 + number);
        var madeAt = World.Plans.CreatedAt(price);
        json.Add($$"""{"id":{{id}},"object":"subscription_item","billing_thresholds":null,"created":{{created}}""");
        json.Add($$""","current_period_end":{{PeriodEnd(created)}},"current_period_start":""");
        json.Add($$"""{{PeriodEnd(created) - Month}},"current_trial":null,"discounts":[],"metadata":{},"plan":""");
        PlanRecords.Write(json, World, price, madeAt);
        json.Raw(""","price":"""u8);
        PriceRecords.Write(json, World, price, madeAt);
        json.Add($$""","quantity":{{1 + number % 3}},"subscription":{{IdAt(index)}},"tax_rates":[]}""");
    }

    private static int ItemsOf(long index) => index % 97 == 5 ? 11 + (int)(index % 10) : 1 + (int)(index % 11) / 9;

    private RecordId? LatestInvoice(long index) =>
        World.LatestInvoiceOf(index) is { } invoice ? new RecordId(World.InvoiceIds, invoice) : null;

    /// <summary>Periods are those at the start of the stand-in, or of the record where it is younger.</summary>
    private long Now(long created) => Math.Max(created, World.End.ToUnixTimeSeconds());

    private long? PeriodEnd(long created) => created + (Now(created) - created) / Month * Month + Month;

    private long? TrialEnd(long? start, string status) =>
        status == "trialing" ? Now(start ?? 0) + Month : start + Month / 2;

    private RecordFilter WherePrice(string value)
    {
        var wanted = World.PriceIds.TryIndex(value, out var price) ? price : -1;
        return new("items/data/price/id", HasPrice, text => text == value);

        bool HasPrice(long index) =>
            Enumerable.Range(0, ItemsOf(index)).Any(number => Tariff.Beside(PriceOf(index), number) == wanted);
    }

    private RecordFilter WhereStatus(string value)
    {
        if (!Statuses.Contains(value))
            throw StripeProblem.Invalid("status", $"Invalid status: must be one of {string.Join(", ", Statuses)}");
        return value switch
        {
            "all" => WithStatus(_ => true),
            "ended" => WithStatus(status => status is "canceled" or "incomplete_expired"),
            _ => WithStatus(status => status == value),
        };
    }

    private RecordFilter WithStatus(Predicate<string> passes) =>
        new("status", index => passes(StatusOf(index)), text => passes(text ?? ""));
}
