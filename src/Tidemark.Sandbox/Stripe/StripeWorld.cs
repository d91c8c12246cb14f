using Tidemark.Sandbox.Fiction;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe;

/// <summary>
/// How many records of each kind there are, when they were made and which belongs to which. Everything follows from
/// the seed and an index, so that two streams agree without looking into each other.
/// </summary>
internal sealed class StripeWorld
{
    // Ids of 24 characters start with the account's own part; these are its 13.
    private const string Account = "1TmdQ7Zs4ndBx";

    public const string AccountId = $"acct_{Account}gFt";

    private const int NeighboursInASecond = 8;

    private readonly long _seed;

    public StripeWorld(long seed, long size, DateTimeOffset now)
    {
        _seed = seed;
        // The same day, the same data: a restart does not move every record a little.
        End = new(now.UtcDateTime.Date, TimeSpan.Zero);
        Customers = new(size, End, NeighboursInASecond);
        Charges = new(size * 2, End, NeighboursInASecond);
        Subscriptions = new(size * 3 / 5, End);
        Invoices = new(size, End);
        Products = new(Math.Max(5, size / 50), End);
        Plans = new(Products.Count * 2, End);
    }

    /// <summary>The midnight before the start; every seeded record is older.</summary>
    public DateTimeOffset End { get; }

    public Timeline Customers { get; }
    public Timeline Subscriptions { get; }
    public Timeline Charges { get; }
    public Timeline Invoices { get; }
    public Timeline Products { get; }
    public Timeline Plans { get; }

    public IdCodec CustomerIds => field ??= Codec("cus_Tmd", Purpose.Customer);
    public IdCodec SubscriptionIds => field ??= Codec("sub_" + Account, Purpose.Subscription);
    public IdCodec ItemIds => field ??= Codec("si_Tmd", Purpose.Item);
    public IdCodec ChargeIds => field ??= Codec("ch_" + Account, Purpose.Charge);
    public IdCodec RefundIds => field ??= Codec("re_" + Account, Purpose.Refund);
    public IdCodec IntentIds => field ??= Codec("pi_" + Account, Purpose.Intent);
    public IdCodec MethodIds => field ??= Codec("pm_" + Account, Purpose.Method);
    public IdCodec TransactionIds => field ??= Codec("txn_" + Account, Purpose.Transaction);
    public IdCodec InvoiceIds => field ??= Codec("in_" + Account, Purpose.Invoice);
    public IdCodec LineIds => field ??= Codec("il_" + Account, Purpose.Line);
    public IdCodec InvoiceItemIds => field ??= Codec("ii_" + Account, Purpose.InvoiceItem);
    public IdCodec ProductIds => field ??= Codec("prod_Tmd", Purpose.Product);
    public IdCodec PriceIds => field ??= Codec("price_" + Account, Purpose.Price);
    public IdCodec EventIds => field ??= Codec("evt_" + Account, Purpose.Event);

    public Draws Draw(Purpose purpose, long index) => new(Draws.Key(_seed, (int)purpose), index);

    public Place HomeOf(long customer)
    {
        var draws = Draw(Purpose.Home, customer);
        return draws.From(Places.All);
    }

    public long CustomerOfSubscription(long subscription) =>
        CustomerOf(Purpose.SubscriptionOwner, Subscriptions, subscription);

    public long CustomerOfCharge(long charge) => CustomerOf(Purpose.ChargeOwner, Charges, charge);

    public long CustomerOfInvoice(long invoice) => SubscriptionOfInvoice(invoice) is { } subscription
        ? CustomerOfSubscription(subscription)
        : CustomerOf(Purpose.InvoiceOwner, Invoices, invoice);

    /// <summary>Null for an invoice that was written by hand.</summary>
    public long? SubscriptionOfInvoice(long invoice)
    {
        var draws = Draw(Purpose.InvoiceKind, invoice);
        if (Subscriptions.Count == 0 || draws.Percent(10)) return null;
        return Math.Min(invoice, Invoices.Count - 1) * Subscriptions.Count / Invoices.Count;
    }

    public long? LatestInvoiceOf(long subscription)
    {
        if (subscription >= Subscriptions.Count) return null;
        var next = (subscription + 1) * Invoices.Count;
        var latest = (next + Subscriptions.Count - 1) / Subscriptions.Count - 1;
        return SubscriptionOfInvoice(latest) is null ? null : latest;
    }

    private long CustomerOf(Purpose purpose, Timeline line, long index)
    {
        var draws = Draw(purpose, index);
        return line.Earlier(index, Customers, ref draws);
    }

    private IdCodec Codec(string prefix, Purpose purpose) => new(prefix, Draws.Key(_seed, 1000 + (int)purpose));
}

/// <summary>What a series of draws is for. The numbers are part of the data: a new one gets a new number.</summary>
internal enum Purpose
{
    Customer = 1,
    Subscription = 2,
    Item = 3,
    Charge = 4,
    Refund = 5,
    Intent = 6,
    Method = 7,
    Transaction = 8,
    Invoice = 9,
    Line = 10,
    InvoiceItem = 11,
    Product = 12,
    Price = 13,
    Event = 14,
    Home = 20,
    SubscriptionOwner = 21,
    ChargeOwner = 22,
    InvoiceOwner = 23,
    InvoiceKind = 24,
    State = 25,
}
