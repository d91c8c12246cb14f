using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Tidemark.Engine.Settings;

/// <summary>
/// An options record as settings, and settings as an options record. An option is a property of type string,
/// <see cref="Secret"/>, int, double, bool, <see cref="Uri"/>, <see cref="TimeSpan"/>, <see cref="DateOnly"/>, an enum or a
/// list of strings. A [Range] of a time is in seconds.
/// </summary>
internal sealed class OptionsRecord
{
    private readonly Dictionary<string, PropertyInfo> _properties;

    /// <param name="type">Type with a parameterless constructor.</param>
    public OptionsRecord(Type type)
    {
        Type = type;
        _properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .ToDictionary(property => SnakeCase(property.Name), StringComparer.Ordinal);
        var initial = Activator.CreateInstance(type)!;
        Settings = [.. _properties.Select(each => Derive(each.Key, each.Value, initial))];
    }

    public Type Type { get; }

    public IReadOnlyList<Setting> Settings { get; }

    /// <summary>What is wrong with a value that only the record's own attributes know; one sentence each.</summary>
    public IEnumerable<string> Mistakes(string name, object value)
    {
        var property = _properties[name];
        return property.GetCustomAttributes<ValidationAttribute>()
            .Where(rule => rule is not (RequiredAttribute or RangeAttribute or StringLengthAttribute or RegularExpressionAttribute))
            .Where(rule => !rule.IsValid(value is Secret secret ? secret.Reveal() : value))
            .Select(rule => rule.FormatErrorMessage(name));
    }

    /// <summary>A record with these values; what is not among them keeps its initial value.</summary>
    public object Create(IReadOnlyDictionary<string, object> values)
    {
        var record = Activator.CreateInstance(Type)!;
        foreach (var (name, value) in values)
        {
            if (_properties.TryGetValue(name, out var property)) property.SetValue(record, AsOption(property, value));
        }

        return record;
    }

    private static Setting Derive(string name, PropertyInfo property, object initial)
    {
        var range = property.GetCustomAttribute<RangeAttribute>();
        var length = property.GetCustomAttribute<StringLengthAttribute>();
        var isRequired = property.IsDefined(typeof(RequiredAttribute));
        var type = TypeOf(property);
        return new(name, KindOf(property), property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "")
        {
            IsRequired = isRequired,
            IsSecret = type == typeof(Secret),
            IsAdvanced = property.IsDefined(typeof(AdvancedAttribute)),
            Default = isRequired ? null : AsText(property.GetValue(initial)),
            Min = Bound(range?.Minimum) ?? (length is { MinimumLength: > 0 } ? length.MinimumLength : null),
            Max = Bound(range?.Maximum) ?? length?.MaximumLength,
            Choices = type.IsEnum
                ? [.. Enum.GetNames(type).Select(SnakeCase)] : property.GetCustomAttribute<ChoicesAttribute>()?.Choices ?? [],
            Pattern = property.GetCustomAttribute<RegularExpressionAttribute>()?.Pattern,
            VendorLimit = property.GetCustomAttribute<VendorLimitAttribute>() is { } known ? new(known.Limit, new Uri(known.Source)) : null,
            Example = property.GetCustomAttribute<ExampleAttribute>()?.Value,
        };
    }

    private static SettingKind KindOf(PropertyInfo property)
    {
        var type = TypeOf(property);
        if (property.IsDefined(typeof(FilePathAttribute))) return SettingKind.File;
        if (type == typeof(string) || type == typeof(Secret)) return SettingKind.Text;
        if (type == typeof(bool)) return SettingKind.Flag;
        if (type == typeof(int)) return SettingKind.Whole;
        if (type == typeof(double)) return SettingKind.Number;
        if (type == typeof(TimeSpan)) return SettingKind.Seconds;
        if (type == typeof(DateOnly)) return SettingKind.Day;
        if (type == typeof(Uri)) return SettingKind.Address;
        if (type.IsEnum) return SettingKind.Choice;
        return type == typeof(IReadOnlyList<string>)
            ? SettingKind.List : throw new NotSupportedException($"No setting is of the type of {property.DeclaringType}.{property.Name}.");
    }

    private static object AsOption(PropertyInfo property, object value) => value is string choice && TypeOf(property) is { IsEnum: true } type
        ? Enum.Parse(type, Enum.GetNames(type).Single(name => SnakeCase(name) == choice)) : value;

    private static string? AsText(object? value) => value switch
    {
        null or "" or Secret => null,
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        Uri address => address.OriginalString,
        Enum choice => SnakeCase(choice.ToString()),
        IReadOnlyList<string> list => list.Count == 0 ? null : string.Join(", ", list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static double? Bound(object? bound) =>
        bound is not null && Convert.ToDouble(bound, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : null;

    private static Type TypeOf(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
