using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;

namespace Tidemark.Engine.Wire;

/// <summary>A source.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Its connector.</param>
/// <param name="Active">Whether runs read it.</param>
/// <param name="Settings">In the order of their names, each secret as <c>***</c>.</param>
public sealed record SourceAnswer(string Name, string Connector, bool Active, IReadOnlyDictionary<string, string> Settings)
{
    public static SourceAnswer Of(DefinitionCatalog catalog, SourceDefinition source) => new(
        source.Name, source.Connector, source.IsActive, ShownSettings.Of(catalog, source.Connector, source.Settings));
}

/// <summary>A destination.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Connector">Its connector.</param>
/// <param name="Settings">In the order of their names, each secret as <c>***</c>.</param>
public sealed record DestinationAnswer(string Name, string Connector, IReadOnlyDictionary<string, string> Settings)
{
    public static DestinationAnswer Of(DefinitionCatalog catalog, DestinationDefinition destination) => new(
        destination.Name, destination.Connector,
        ShownSettings.Of(catalog, destination.Connector, destination.Settings));
}

/// <summary>What saving or removing a definition changed.</summary>
/// <param name="Kind"><c>source</c>, <c>destination</c> or <c>pipeline</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change"><c>created</c>, <c>updated</c>, <c>unchanged</c> or <c>removed</c>.</param>
public sealed record DefinitionChangeAnswer(string Kind, string Name, string Change)
{
    /// <summary>What would differ, field by field; absent but for a dry run that finds something.</summary>
    public IReadOnlyList<FieldDifferenceAnswer>? Fields { get; init; }

    public static DefinitionChangeAnswer Of(AppliedDefinition applied) => new(applied.Kind, applied.Name, applied.Change.ToString().ToLowerInvariant())
    {
        Fields = applied.Fields.Count == 0 ? null
            : [.. applied.Fields.Select(field => new FieldDifferenceAnswer(field.Field, field.Before, field.After, field.IsSecret))],
    };
}

/// <summary>A field of a definition that differs.</summary>
/// <param name="Field">Its place, as keys of a file.</param>
/// <param name="Before">What it was; null for nothing, and for a secret.</param>
/// <param name="After">What it becomes; null for nothing, and for a secret.</param>
/// <param name="Secret">Whether it is a secret, of which only the change is shown.</param>
public sealed record FieldDifferenceAnswer(
    string Field, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Before,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? After, bool Secret);

/// <summary>Every definition.</summary>
/// <param name="Yaml">As a file that can be applied, secrets left out.</param>
public sealed record ExportAnswer(string Yaml);

/// <summary>Secrets that were encrypted anew.</summary>
/// <param name="OldKey">Id of the key before.</param>
/// <param name="NewKey">Id of the key now.</param>
/// <param name="Secrets">How many.</param>
public sealed record KeyRotationAnswer(string OldKey, string NewKey, int Secrets);

/// <summary>Settings as they may be shown.</summary>
public static class ShownSettings
{
    /// <summary>In the order of their names, each secret as <c>***</c>.</summary>
    public static OrderedDictionary<string, string> Of(
        DefinitionCatalog catalog, string connector, IReadOnlyDictionary<string, string> settings) =>
        new(settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting =>
            catalog.IsSecret(connector, setting.Key) ? new(setting.Key, "***") : setting));
}
