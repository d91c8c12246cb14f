using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Zoho.Shapes;

/// <summary>A field: what its metadata says, and how its value is drawn.</summary>
/// <param name="ApiName">E.g. <c>Account_Name</c>.</param>
/// <param name="DataType">E.g. <c>lookup</c>.</param>
/// <param name="JsonType">string, integer, double, boolean, jsonarray or jsonobject.</param>
/// <param name="Write">Writes the value.</param>
internal sealed record ZohoFieldShape(string ApiName, string DataType, string JsonType, Action<ZohoSeed> Write)
{
    public static ZohoFieldShape Text(string name, Func<ZohoSeed, string?> value, string type = "text") =>
        new(name, type, "string", seed => seed.Text(value(seed)));

    public static ZohoFieldShape Pick(string name, params string[] choices) =>
        new(name, "picklist", "string", seed => seed.Text(seed.Maybe(90, seed.From(choices))));

    public static ZohoFieldShape Flag(string name, int percent) =>
        new(name, "boolean", "boolean", seed => seed.Json.Boolean(seed.Draws.Percent(percent)));

    public static ZohoFieldShape Whole(string name, int limit) =>
        new(name, "integer", "integer", seed => seed.Json.Number(seed.Draws.Below(limit)));

    public static ZohoFieldShape Money(string name, int limit) =>
        new(name, "currency", "double", seed => seed.Money(limit));

    public static ZohoFieldShape Time(string name, Func<ZohoSeed, long?> second) => new(name, "datetime", "string",
        seed => seed.Text(second(seed) is { } known ? ZohoTime.Text(known) : null));

    public static ZohoFieldShape Day(string name, Func<ZohoSeed, long?> second) => new(name, "date", "string",
        seed => seed.Text(second(seed) is { } known ? ZohoTime.Day(known) : null));

    public static ZohoFieldShape User(string name) => new(name, "ownerlookup", "jsonobject", seed => seed.User());

    /// <summary>Fields that every module has.</summary>
    public static IEnumerable<ZohoFieldShape> Common =>
    [
        User("Owner"),
        User("Created_By"),
        User("Modified_By"),
        Time("Created_Time", seed => seed.Created),
        Time("Modified_Time", seed => seed.Modified),
        Time("Last_Activity_Time", seed => seed.Draws.Percent(60) ? seed.Modified - 60 : null),
        // Declared as text, sent as a list of objects.
        new("Tag", "text", "jsonarray", seed =>
        {
            if (seed.Draws.Percent(15)) seed.Json.Add($$"""[{"name":"vip","id":{{new RecordId(seed.World.UserIds, 900)}}}]""");
            else seed.Json.Raw("[]"u8);
        }),
        Text("Description", seed => seed.Maybe(60, seed.Draws.From(Fiction.Phrases.Notes)), "textarea"),
    ];
}
