using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Stripe.Events;

/// <summary>Answers <c>/v1/events</c>.</summary>
internal sealed class EventList(EventLog log, StripeWorld world)
{
    public Answer List(StripeQuery query, FiredFaults fired)
    {
        var limit = query.TakeLimit();
        var range = Narrow(query.TakeCreated(), query, fired);
        var types = TakeTypes(query);
        query.Take("delivery_success");
        query.Close();

        var found = log.Read(range, EventTypes.Matching(types), limit + 1);
        var hasMore = found.Count > limit;
        if (hasMore) found.RemoveAt(limit);
        if (range.FromOldest) found.Reverse();
        return new StripePage<StripeEvent>("/v1/events", found, hasMore)
            .Answer(fired, (json, one) => one.Write(json, world));
    }

    public Answer Get(string id, StripeQuery query)
    {
        query.Close();
        var json = new JsonBuffer(4096);
        Find(id, "id", StatusCodes.Status404NotFound).Write(json, world);
        return new(StatusCodes.Status200OK, json);
    }

    private RecordRange Narrow(RecordRange range, StripeQuery query, FiredFaults fired)
    {
        if (query.Take("ending_before") is { } before)
            return range with { After = RecordKey.Max(range.After, KeyOf(before, "ending_before")), FromOldest = true };
        if (query.Take("starting_after") is not { } after) return range;

        var key = KeyOf(after, "starting_after");
        if (!fired.Has(FaultKind.RepeatPage)) return range with { Before = RecordKey.Min(range.Before, key) };
        var below = key with { Index = key.Index - 1 };
        return range with { After = RecordKey.Max(range.After, below), FromOldest = true };
    }

    private static IReadOnlyList<string> TakeTypes(StripeQuery query)
    {
        var type = query.Take("type");
        var types = query.TakeAll("types");
        if (type is not null && types.Count > 0)
            throw StripeProblem.Invalid("types", "Give only one of type and types.");
        if (types.Count > EventTypes.MaxAsked)
            throw StripeProblem.Invalid("types", $"At most {EventTypes.MaxAsked} types can be asked for.");
        return type is null ? types : [type];
    }

    private RecordKey KeyOf(string id, string parameter)
    {
        var one = Find(id, parameter, StatusCodes.Status400BadRequest);
        return new(one.Created, one.Index);
    }

    private StripeEvent Find(string id, string parameter, int status) =>
        log.Find(id) ?? throw StripeProblem.Missing(status, parameter, "event", id);
}
