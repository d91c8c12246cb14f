namespace Tidemark.Engine.Settings;

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
