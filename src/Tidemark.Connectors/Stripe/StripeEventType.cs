using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.Stripe;

/// <summary>What a type of event says about the objects of one stream.</summary>
/// <param name="Name">As Stripe names it, e.g. <c>customer.updated</c>.</param>
internal sealed record StripeEventType(string Name)
{
    /// <summary>Path in the event's data of the id of what changed; Stripe writes an id or the whole object there.</summary>
    public string Id { get; init; } = "object/id";

    /// <summary>A second place of that id, for events that older versions wrote; null for none.</summary>
    public string? OrId { get; init; }

    /// <summary>Whether the event holds the changed object itself.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether the object is gone afterwards, and none of its id can be made again.</summary>
    public bool Deletes { get; init; }

    /// <summary>The list of the changed objects, given the id, where the event concerns several; null for the one of the id.</summary>
    public Func<string, HttpCall>? Several { get; init; }

    /// <summary>Only an event that changed one of these properties counts; empty for every event.</summary>
    public IReadOnlyList<string> Changing { get; init; } = [];

    /// <summary>Events of prices that are charged once are of no concern.</summary>
    public bool OnlyRecurring { get; init; }
}
