using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Faults;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;
using Tidemark.Sandbox.Stripe.Events;

namespace Tidemark.Sandbox.Stripe;

/// <summary>Which address is answered by what.</summary>
internal sealed class StripeRoutes(IReadOnlyDictionary<string, StripeList> lists, EventList events, StripeWorld world)
{
    /// <remarks>Every path is /v1/things, /v1/things/id or /v1/things/id/parts.</remarks>
    public static RequestKind Describe(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isList = parts.Length is 2 or 4 && parts[^1] != "account";
        var page = !isList ? PageKind.NotAList
            : request.Query.ContainsKey("starting_after") ? PageKind.Later
            : PageKind.First;
        return parts.Length < 3 ? new(path, page) : new($"/{parts[0]}/{parts[1]}/{{id}}{Rest(parts)}", page);
    }

    public Answer Answer(HttpRequest request, FiredFaults fired)
    {
        var parts = (request.Path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!HttpMethods.IsGet(request.Method)) throw StripeProblem.UnknownAddress(request);
        var query = new StripeQuery(request.Query);
        return parts switch
        {
            ["v1", "account"] => Account(query),
            ["v1", "events"] => events.List(query, fired),
            ["v1", "events", var id] => events.Get(id, query),
            ["v1", "subscription_items"] => SubscriptionItems(query, fired),
            ["v1", "subscription_items", var id] =>
                Part("subscriptions", world.SubscriptionIds, world.ItemIds, "items", "subscription_item", id, query),
            ["v1", "refunds"] when query.Take("charge") is { } charge => Inner("charges", charge, "refunds", "refund", query, fired),
            ["v1", "refunds", var id] => Part("charges", world.ChargeIds, world.RefundIds, "refunds", "refund", id, query),
            ["v1", "charges", _, "refunds", var id] =>
                Part("charges", world.ChargeIds, world.RefundIds, "refunds", "refund", id, query),
            ["v1", "invoices", var id, "lines"] => Inner("invoices", id, "lines", "line_item", query, fired),
            ["v1", "charges", var id, "refunds"] => Inner("charges", id, "refunds", "refund", query, fired),
            ["v1", var name] when lists.TryGetValue(name, out var list) => list.List(query, fired),
            ["v1", var name, var id] when lists.TryGetValue(name, out var list) => list.Get(id, query),
            _ => throw StripeProblem.UnknownAddress(request),
        };
    }

    private static Answer Account(StripeQuery query)
    {
        query.Close();
        var json = new JsonBuffer(256);
        json.Add($$"""{"id":{{StripeWorld.AccountId}},"object":"account","country":"US","default_currency":"usd","type":"standard"}""");
        return new(StatusCodes.Status200OK, json);
    }

    private Answer Inner(
        string name, string id, string field, string itemName, StripeQuery query, FiredFaults fired)
    {
        using var record = lists[name].Complete(id, "id", StatusCodes.Status404NotFound);
        return StripeInnerList.Read(record, field, itemName, $"/v1/{name}/{id}/{field}", query, fired);
    }

    /// <summary>A record that stands within another one: its number is the other's, times 64, and its own place.</summary>
    private Answer Part(
        string name, IdCodec outer, IdCodec inner, string field, string itemName, string id, StripeQuery query)
    {
        query.Close();
        if (inner.TryIndex(id, out var index) && lists[name].TryComplete(outer.Text(index / 64)) is { } record)
        {
            using (record)
            {
                if (StripeInnerList.Find(record, field, id) is { } found) return new(StatusCodes.Status200OK, found);
            }
        }

        throw StripeProblem.Missing(StatusCodes.Status404NotFound, "id", itemName, id);
    }

    private Answer SubscriptionItems(StripeQuery query, FiredFaults fired)
    {
        var id = query.Take("subscription") ?? throw new StripeProblem(
            StatusCodes.Status400BadRequest,
            "parameter_missing",
            "subscription",
            "Missing required param: subscription.");
        using var record = lists["subscriptions"].Complete(id, "subscription", StatusCodes.Status400BadRequest);
        var url = $"/v1/subscription_items?subscription={id}";
        return StripeInnerList.Read(record, "items", "subscription_item", url, query, fired);
    }

    private static string Rest(string[] parts) => parts.Length > 3 ? "/" + string.Join('/', parts[3..]) : "";
}
