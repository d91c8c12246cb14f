namespace Tidemark.Sandbox.Close.Shapes;

/// <summary>A seeded custom field.</summary>
/// <param name="Kind">lead, contact, opportunity, activity, custom_object_type or shared.</param>
/// <param name="Name">As people named it.</param>
/// <param name="Type">As Close names it.</param>
/// <param name="Share">Percent of the records that have a value.</param>
internal sealed record SeededField(string Kind, string Name, string Type, int Share)
{
    public bool IsMultiple { get; init; }

    /// <summary>What a shared field is used on.</summary>
    public IReadOnlyList<string> On { get; init; } = [];

    public bool IsOn(string kind) => Kind == kind || On.Contains(kind == "activity" ? "custom_activity_type" : kind);
}

internal static class CustomFieldList
{
    /// <summary>One of each type, names that repeat, names of Close's own fields, and one of another script.</summary>
    public static readonly SeededField[] All =
    [
        new("lead", "Industry", "choices", 70),
        new("lead", "Employees", "number", 60),
        new("lead", "Renewal Date", "date", 40),
        new("lead", "Last Demo", "datetime", 30),
        new("lead", "Product Tags", "choices", 50) { IsMultiple = true },
        new("lead", "Name", "text", 20),
        new("lead", "Account Owner", "user", 50),
        new("lead", "industry", "text", 10),
        new("lead", "Segment/Tier", "hidden", 30),
        new("contact", "Role", "choices", 60),
        new("contact", "Birthday", "date", 20),
        new("contact", "役職", "text", 15),
        new("opportunity", "Competitor", "text", 30),
        new("opportunity", "Seats", "number", 60),
        new("activity", "Score", "number", 20),
        new("custom_object_type", "Serial Number", "text", 0),
        new("shared", "Region", "choices", 50) { On = ["lead", "contact"] },
        new("shared", "Campaign", "text", 25) { On = ["lead", "opportunity", "custom_activity_type"] },
    ];
}
