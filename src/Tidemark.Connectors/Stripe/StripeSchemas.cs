using Tidemark.Engine.Records;

namespace Tidemark.Connectors.Stripe;

/// <summary>
/// Columns of the streams: every property of the object but <c>object</c>, under its own name; one that a later version has
/// moved keeps the name of its column. Money is in minor
/// units of the currency; times are Unix seconds on the wire; where Stripe sends an id or the expanded object, the
/// column holds the id.
/// </summary>
/// <remarks>https://docs.stripe.com/api, version <see cref="StripeConnector.Version"/>.</remarks>
internal static class StripeSchemas
{
    public static readonly StreamSchema Customers = Of("customers",
    [
        .. Text("id", "currency", "description", "email", "invoice_prefix", "name", "phone", "tax_exempt"),
        .. Id("default_source", "test_clock"),
        .. Time("created"),
        .. Whole("balance", "next_invoice_sequence"),
        .. Flag("delinquent", "livemode"),
        .. Json("address", "discount", "invoice_settings", "metadata", "preferred_locales", "shipping"),
    ]);

    public static readonly StreamSchema Subscriptions = Of("subscriptions",
    [
        .. Text("id", "collection_method", "currency", "customer_account", "description", "status"),
        .. Id("application", "customer", "default_payment_method", "default_source", "latest_invoice",
            "on_behalf_of", "pending_setup_intent", "schedule", "test_clock"),
        .. Time("billing_cycle_anchor", "cancel_at", "canceled_at", "created", "ended_at",
            "next_pending_invoice_item_invoice", "start_date", "trial_end", "trial_start"),
        .. Whole("days_until_due"),
        .. Decimal("application_fee_percent"),
        .. Flag("cancel_at_period_end", "livemode"),
        .. Json("automatic_tax", "billing_cycle_anchor_config", "billing_mode", "billing_schedules",
            "billing_thresholds", "cancellation_details", "default_tax_rates", "discounts", "invoice_settings",
            "items", "managed_payments", "metadata", "pause_collection", "payment_settings",
            "pending_invoice_item_interval", "pending_update", "transfer_data", "trial_settings"),
    ]);

    public static readonly StreamSchema Charges = Of("charges",
    [
        .. Text("id", "calculated_statement_descriptor", "currency", "description", "failure_code",
            "failure_message", "receipt_email", "receipt_number", "receipt_url", "statement_descriptor",
            "statement_descriptor_suffix", "status", "transfer_group"),
        .. Id("application", "application_fee", "balance_transaction", "customer",
            "failure_balance_transaction", "on_behalf_of", "payment_intent", "payment_method", "review",
            "source_transfer"),
        .. Time("created"),
        .. Whole("amount", "amount_captured", "amount_refunded", "application_fee_amount"),
        .. Flag("captured", "disputed", "livemode", "paid", "refunded"),
        .. Json("billing_details", "fraud_details", "metadata", "outcome", "payment_method_details",
            "refunds", "shipping", "source", "transfer_data"),
    ]);

    public static readonly StreamSchema Invoices = Of("invoices",
    [
        .. Text("id", "account_country", "account_name", "billing_reason", "collection_method", "currency",
            "customer_account", "customer_email", "customer_name", "customer_phone", "customer_tax_exempt",
            "description", "footer", "hosted_invoice_url", "invoice_pdf", "number", "receipt_number",
            "statement_descriptor", "status"),
        .. Id("application", "customer", "default_payment_method", "default_source", "latest_revision",
            "on_behalf_of", "test_clock"),
        // Where an invoice named its subscription itself until the versions of 2025.
        Moved("subscription", "parent/subscription_details/subscription"),
        .. Time("automatically_finalizes_at", "created", "due_date", "effective_at", "next_payment_attempt",
            "period_end", "period_start", "webhooks_delivered_at"),
        .. Whole("amount_due", "amount_overpaid", "amount_paid", "amount_remaining", "amount_shipping",
            "attempt_count", "ending_balance", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount",
            "starting_balance", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"),
        .. Flag("attempted", "auto_advance", "livemode"),
        .. Json("account_tax_ids", "automatic_tax", "custom_fields", "customer_address", "customer_shipping",
            "customer_tax_ids", "default_tax_rates", "discounts", "from_invoice", "issuer", "last_finalization_error",
            "lines", "metadata", "parent", "payment_settings", "rendering", "shipping_cost", "shipping_details",
            "status_transitions", "total_discount_amounts", "total_pretax_credit_amounts", "total_taxes"),
    ]);

    public static readonly StreamSchema Products = Of("products",
    [
        .. Text("id", "description", "name", "statement_descriptor", "type", "unit_label", "url"),
        .. Id("default_price", "tax_code"),
        .. Time("created", "updated"),
        .. Flag("active", "livemode", "shippable"),
        .. Json("images", "marketing_features", "metadata", "package_dimensions", "tax_details"),
    ]);

    public static readonly StreamSchema Plans = Of("plans",
    [
        .. Text("id", "billing_scheme", "currency", "interval", "meter", "nickname", "tiers_mode", "usage_type"),
        .. Id("product"),
        .. Time("created"),
        .. Whole("amount", "interval_count", "trial_period_days"),
        .. Decimal("amount_decimal"),
        .. Flag("active", "livemode"),
        .. Json("metadata", "transform_usage"),
    ]);

    private static StreamSchema Of(string name, IReadOnlyList<Field> fields) => new(name, fields) { LeftInRaw = ["object"] };

    private static IEnumerable<Field> Text(params string[] names) => names.Select(name => new Field(name, FieldType.Text));

    private static IEnumerable<Field> Id(params string[] names) =>
        names.Select(name => new Field(name, FieldType.Text) { OrPath = $"{name}/id" });

    private static Field Moved(string name, string path) => new(name, FieldType.Text) { Path = path, OrPath = $"{path}/id" };

    private static IEnumerable<Field> Time(params string[] names) =>
        names.Select(name => new Field(name, FieldType.Timestamp) { Time = WireTime.UnixSeconds });

    private static IEnumerable<Field> Whole(params string[] names) => names.Select(name => new Field(name, FieldType.Int64));

    private static IEnumerable<Field> Decimal(params string[] names) => names.Select(name => new Field(name, FieldType.Decimal));

    private static IEnumerable<Field> Flag(params string[] names) => names.Select(name => new Field(name, FieldType.Boolean));

    private static IEnumerable<Field> Json(params string[] names) => names.Select(name => new Field(name, FieldType.Json));
}
