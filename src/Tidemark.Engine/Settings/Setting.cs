using System.Globalization;

namespace Tidemark.Engine.Settings;

/// <summary>
/// One setting of a connector. Forms, flags, docs, schemas and the binder read the same facts, so that none of them is
/// written twice.
/// </summary>
/// <param name="Name">snake_case, e.g. <c>api_key</c>.</param>
/// <param name="Kind">Kind of the value.</param>
/// <param name="Description">Plain sentences with the unit. They repeat neither default nor bounds, unless these depend
/// on other settings.</param>
public sealed record Setting(string Name, SettingKind Kind, string Description)
{
    /// <summary>Whether there must be a value; a required setting has no default.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the value is encrypted at rest and never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether most people never need it; forms fold it away.</summary>
    public bool IsAdvanced { get; init; }

    /// <summary>The value where none is given, as text; null where that means none.</summary>
    public string? Default { get; init; }

    /// <summary>The least number, or the least length of a text.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest number, or the greatest length of a text.</summary>
    public double? Max { get; init; }

    /// <summary>The values of a choice, or the items that a list may have; empty where others are allowed too.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Regular expression that the whole text, or each item of a list, matches; null for any.</summary>
    public string? Pattern { get; init; }

    /// <summary>The limit that the vendor documents; null where it documents none.</summary>
    public VendorLimit? VendorLimit { get; init; }

    /// <summary>A value that binds; null where the description says enough.</summary>
    public string? Example { get; init; }

    /// <summary>The bounds in words, e.g. <c>from 1 to 100</c>; empty where there are none.</summary>
    public string Bounds => BoundsOf(Kind, Min, Max);

    /// <summary>The bounds of a kind of setting in words; empty where there are none.</summary>
    public static string BoundsOf(SettingKind kind, double? min, double? max)
    {
        var unit = kind == SettingKind.Text ? " characters" : "";
        return (min, max) switch
        {
            ({ } least, { } most) => $"from {Text(least)} to {Text(most)}{unit}",
            ({ } least, null) => $"at least {Text(least)}{unit}",
            (null, { } most) => $"at most {Text(most)}{unit}",
            _ => "",
        };
    }

    private static string Text(double bound) => bound.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A limit of the vendor's.</summary>
/// <param name="Limit">In a few words, with its conditions, e.g. <c>100 with a live key</c>.</param>
/// <param name="Source">The vendor's page that says so.</param>
public sealed record VendorLimit(string Limit, Uri Source);
