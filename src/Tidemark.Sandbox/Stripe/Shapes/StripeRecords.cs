using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe.Shapes;

/// <summary>One kind of Stripe object. Shapes are those of API version 2026-10-28.endive.</summary>
/// <param name="objectName">As in the field <c>object</c>, e.g. <c>customer</c>.</param>
/// <param name="world">Where relations come from.</param>
/// <param name="ids">Ids of this kind.</param>
/// <param name="timeline">When the seeded ones were made.</param>
internal abstract class StripeRecords(string objectName, StripeWorld world, IdCodec ids, Timeline timeline)
    : SeededRecords(ids, timeline)
{
    public string ObjectName { get; } = objectName;

    protected StripeWorld World { get; } = world;

    /// <summary>Start of the names of its events, e.g. <c>customer.subscription</c>.</summary>
    public virtual string EventName => ObjectName;

    /// <summary>The list inside each record; null when it has none.</summary>
    public virtual NestedList? Nested => null;

    /// <summary>Whether a deleted one, asked for by its id, is answered by what is left of it. Default false: by 404.</summary>
    public virtual bool LeavesTrace => false;

    /// <summary>What a list leaves out unless one of the filters is given that say otherwise.</summary>
    public virtual RecordFilter? Unasked => null;

    /// <summary>The filter behind a query parameter, or null when this kind has no such parameter.</summary>
    public virtual RecordFilter? Where(string parameter, string value) => null;

    public override void WriteChanged(JsonBuffer json, ReadOnlySpan<byte> complete, Form form)
    {
        if (Nested is null || form == Form.Complete) json.Raw(complete);
        else Nested.Show(json, complete, form);
    }

    /// <summary>A property that no record has as it was seeded, or that all have as the same value.</summary>
    /// <param name="field">Path of the field.</param>
    /// <param name="value">Value to compare with.</param>
    /// <param name="seeded">What all have; null for nothing.</param>
    protected static RecordFilter Same(string field, string value, string? seeded) =>
        new(field, _ => value == seeded, text => text == value);

    protected RecordId IdAt(long index) => new(Ids, index);

    protected static RecordFilter Owner(IdCodec customers, string value, Func<long, long> customerOf)
    {
        var wanted = customers.TryIndex(value, out var customer) ? customer : -1;
        return new("customer", index => customerOf(index) == wanted, text => text == value);
    }

    protected static RecordFilter Active(string value, Predicate<long> isActive)
    {
        if (value is not ("true" or "false")) throw StripeProblem.Invalid("active", $"Invalid boolean: {value}");
        return new("active", index => isActive(index) == (value == "true"), text => text == value);
    }
}
