namespace Tidemark.Connectors.Close;

/// <summary>The events that each stream listens to.</summary>
/// <remarks>https://developer.close.com/api/resources/events/list-of-event-types.</remarks>
internal static class CloseFeeds
{
    private static readonly CloseCopy[] Names = [new("lead", "name", "display_name"), new("contact", "name", "display_name")];

    public static readonly CloseFeed Leads = new("lead") { Copies = [new("status.lead", "label")] };

    public static readonly CloseFeed Contacts = new("contact");

    public static readonly CloseFeed Opportunities = new("opportunity") { Copies = [.. Names, new("status.opportunity", "label", "type")] };

    public static readonly CloseFeed Activities = new("activity") { IsFamily = true };

    public static readonly CloseFeed Tasks = new("task") { IsFamily = true, Copies = Names };
}
