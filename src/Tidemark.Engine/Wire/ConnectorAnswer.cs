using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Wire;

/// <summary>A system that Tidemark can talk to.</summary>
public sealed record ConnectorAnswer
{
    /// <summary>As written in a definition, e.g. <c>zoho</c>.</summary>
    public required string Connector { get; init; }

    /// <summary>As people call it, e.g. <c>Zoho CRM</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Address of the vendor's own documentation; absent where there is no single one.</summary>
    public string? Docs { get; init; }

    /// <summary>Some of <c>source</c>, <c>destination</c>, <c>storage</c> and <c>write_back</c>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>What is set to reach it.</summary>
    public required IReadOnlyList<SettingAnswer> Settings { get; init; }

    public static ConnectorAnswer Of(ConnectorSpec spec) => new()
    {
        Connector = spec.Name,
        Title = spec.Title,
        Docs = spec.Docs?.OriginalString,
        Roles = [.. RolesOf(spec)],
        Settings = [.. spec.Settings.Select(SettingAnswer.Of)],
    };

    /// <summary>What a connector is for, as words.</summary>
    public static IEnumerable<string> RolesOf(ConnectorSpec spec) => Enum.GetValues<ConnectorRoles>()
        .Where(role => role != ConnectorRoles.None && spec.Roles.HasFlag(role))
        .Select(role => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{role}"));
}

/// <summary>One setting of a connector.</summary>
public sealed record SettingAnswer
{
    /// <summary>E.g. <c>api_key</c>.</summary>
    public required string Name { get; init; }

    public required SettingKind Kind { get; init; }

    /// <summary>Whether there must be a value.</summary>
    public required bool Required { get; init; }

    /// <summary>Whether its value is encrypted and never shown.</summary>
    public required bool Secret { get; init; }

    /// <summary>Whether most people never need it.</summary>
    public required bool Advanced { get; init; }

    /// <summary>Plain sentences with the unit.</summary>
    public required string Description { get; init; }

    /// <summary>The value where none is given, in the setting's own type; absent where that means none.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>The least number, or the least length of a text; absent for any.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest number, or the greatest length of a text; absent for any.</summary>
    public double? Max { get; init; }

    /// <summary>The values of a choice, or the items that a list may have; absent where others are allowed too.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Regular expression that the whole text, or each item of a list, matches; absent for any.</summary>
    public string? Pattern { get; init; }

    /// <summary>The limit that the vendor documents; absent where it documents none.</summary>
    public VendorLimitAnswer? VendorLimit { get; init; }

    /// <summary>A value that is accepted, in the setting's own type; absent where the description says enough.</summary>
    public JsonNode? Example { get; init; }

    public static SettingAnswer Of(Setting setting) => new()
    {
        Name = setting.Name,
        Kind = setting.Kind,
        Required = setting.IsRequired,
        Secret = setting.IsSecret,
        Advanced = setting.IsAdvanced,
        Description = setting.Description,
        Default = setting.Default is { } otherwise ? SettingSchema.Literal(setting, otherwise) : null,
        Min = setting.Min,
        Max = setting.Max,
        Choices = setting.Choices.Count > 0 ? setting.Choices : null,
        Pattern = setting.Pattern,
        VendorLimit = setting.VendorLimit is { } known ? new(known.Limit, known.Source.OriginalString) : null,
        Example = setting.Example is { } example ? SettingSchema.Literal(setting, example) : null,
    };
}

/// <summary>A limit that a vendor documents.</summary>
/// <param name="Limit">In a few words, with its conditions.</param>
/// <param name="Source">Address of the vendor's page that says so.</param>
public sealed record VendorLimitAnswer(string Limit, string Source);
