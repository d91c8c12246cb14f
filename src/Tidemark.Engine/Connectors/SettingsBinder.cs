using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Connectors;

/// <summary>One setting of a connector, as forms, flags and docs show it.</summary>
/// <param name="Name">snake_case, e.g. <c>api_key</c>.</param>
/// <param name="Type">CLR type of the option.</param>
/// <param name="IsRequired">True where there is no default.</param>
/// <param name="IsSecret">True where the value is encrypted at rest and never shown.</param>
/// <param name="Description">One sentence with unit, default and limit.</param>
public sealed record Setting(string Name, Type Type, bool IsRequired, bool IsSecret, string Description);

/// <summary>
/// Turns settings as text into a connector's options record and reports every mistake at once. An option is a
/// property of type string, <see cref="Secret"/>, int, long, double, bool, <see cref="Uri"/>, <see cref="TimeSpan"/>
/// (whole seconds), an enum, or a list of strings (parted by commas).
/// </summary>
public static class SettingsBinder
{
    public static IReadOnlyList<Setting> Describe(Type options) =>
        [.. Properties(options).Select(property => new Setting(
            NameOf(property),
            property.PropertyType,
            property.GetCustomAttribute<RequiredAttribute>() is not null,
            property.PropertyType == typeof(Secret),
            property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? ""))];

    /// <summary>Settings as they are saved: paths of files are absolute.</summary>
    /// <param name="options">Type whose options may have a <see cref="FilePathAttribute"/>.</param>
    /// <param name="settings">Names in snake_case.</param>
    /// <param name="folder">Absolute; that which other paths are below.</param>
    public static IReadOnlyDictionary<string, string> Rooted(Type options, IReadOnlyDictionary<string, string> settings, string folder)
    {
        var files = Properties(options).Where(property => property.IsDefined(typeof(FilePathAttribute)))
            .Select(NameOf).Where(settings.ContainsKey).ToList();
        if (files.Count == 0) return settings;
        var rooted = settings.ToDictionary(StringComparer.Ordinal);
        foreach (var name in files.Where(name => IsPath(settings[name]))) rooted[name] = Path.GetFullPath(settings[name], folder);
        return rooted;
    }

    /// <summary>Binds settings to a new instance of the options record.</summary>
    /// <param name="options">Type with a parameterless constructor.</param>
    /// <param name="settings">Names in snake_case.</param>
    /// <param name="subject">Begins every problem's subject, e.g. <c>source "stripe"</c>.</param>
    /// <param name="problems">Receives what is wrong: <c>setting.missing</c>, <c>setting.unknown</c>,
    /// <c>setting.invalid</c>.</param>
    public static object Bind(
        Type options, IReadOnlyDictionary<string, string> settings, string subject, ICollection<Problem> problems)
    {
        var bound = Activator.CreateInstance(options)!;
        var properties = Properties(options).ToDictionary(NameOf, StringComparer.Ordinal);
        foreach (var name in settings.Keys.Where(name => !properties.ContainsKey(name)))
        {
            problems.Add(new("setting.unknown", Subject(name), $"There is no setting {name} here.",
                NearestName.Hint(name, properties.Keys)));
        }

        foreach (var (name, property) in properties)
        {
            if (settings.TryGetValue(name, out var text)) Set(bound, property, text);
            else if (property.GetCustomAttribute<RequiredAttribute>() is not null)
                problems.Add(new("setting.missing", Subject(name), $"The setting {name} is missing.",
                    property.GetCustomAttribute<DescriptionAttribute>()?.Description));
        }

        return bound;

        string Subject(string name) => $"{subject}, setting {name}";

        void Set(object target, PropertyInfo property, string text)
        {
            var name = NameOf(property);
            object? value;
            try
            {
                value = Parse(property.PropertyType, text);
            }
            catch (FormatException wrong)
            {
                problems.Add(new("setting.invalid", Subject(name), $"The setting {name} {wrong.Message}"));
                return;
            }

            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (!rule.IsValid(value is Secret secret ? secret.Reveal() : value))
                    problems.Add(new("setting.invalid", Subject(name), rule.FormatErrorMessage(name)));
            }

            property.SetValue(target, value);
        }
    }

    private static object Parse(Type type, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(string)) return text;
        if (type == typeof(Secret)) return new Secret(text);
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : throw new FormatException("is true or false.");
        if (type == typeof(int) || type == typeof(int?))
            return int.TryParse(text, culture, out var number) ? number : throw new FormatException("is a whole number.");
        if (type == typeof(double) || type == typeof(double?))
        {
            return double.TryParse(text, culture, out var real) && double.IsFinite(real)
                ? real : throw new FormatException("is a number.");
        }

        if (type == typeof(TimeSpan))
        {
            return int.TryParse(text, culture, out var seconds)
                ? TimeSpan.FromSeconds(seconds) : throw new FormatException("is a number of whole seconds.");
        }

        if (type == typeof(Uri))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? address : throw new FormatException("is an address that begins with http:// or https://.");
        }

        if (type.IsEnum)
        {
            return Enum.GetNames(type).FirstOrDefault(name => SnakeCase(name) == text) is { } known
                ? Enum.Parse(type, known)
                : throw new FormatException($"is one of {string.Join(", ", Enum.GetNames(type).Select(SnakeCase))}.");
        }

        return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<PropertyInfo> Properties(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    // What is none is refused where it is opened, in the words of whoever opens it.
    private static bool IsPath(string text) => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);

    private static string NameOf(PropertyInfo property) => SnakeCase(property.Name);

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
