using System.ComponentModel.DataAnnotations;

namespace Tidemark.Engine.Settings;

/// <summary>A number that has a least value and no greatest.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtLeastAttribute(double least) : RangeAttribute(least, double.PositiveInfinity);

/// <summary>The limit that the vendor documents for what an option sets.</summary>
/// <param name="limit">In a few words, with its conditions, e.g. <c>100 with a live key</c>.</param>
/// <param name="source">The vendor's page that says so.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VendorLimitAttribute(string limit, string source) : Attribute
{
    public string Limit => limit;

    public string Source => source;
}

/// <summary>Marks an option that is the path of a file, see <see cref="SettingKind.File"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;

/// <summary>Marks an option that most people never need.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AdvancedAttribute : Attribute;

/// <summary>Gives an option a value to show where one is asked for.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExampleAttribute(string value) : Attribute
{
    public string Value => value;
}

/// <summary>Names the items that a list may have, where no enum does.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ChoicesAttribute : Attribute
{
    public abstract IReadOnlyList<string> Choices { get; }
}
