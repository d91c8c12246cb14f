using System.Globalization;
using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Settings;

/// <summary>
/// Reads the text of a setting by its kind. What is wrong is reported without the text: it may be a secret that was typed
/// in the wrong place. Only a number out of bounds is repeated.
/// </summary>
internal static class SettingReader
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Reads a value: a string, <see cref="Secret"/>, int, double, bool, <see cref="TimeSpan"/>,
    /// <see cref="DateOnly"/>, <see cref="Uri"/> or a list of strings; null if the text is malformed or out of bounds.</summary>
    /// <param name="setting">The setting that it is for.</param>
    /// <param name="text">The saved text.</param>
    /// <param name="subject">The problem's subject.</param>
    /// <param name="problem">The problem, if there is one.</param>
    public static object? Read(Setting setting, string text, string subject, out Problem? problem)
    {
        if (setting.IsRequired && string.IsNullOrWhiteSpace(text))
        {
            problem = Invalid("is empty.", setting.Description);
            return null;
        }

        var value = Parse(setting, text);
        problem = value is null ? Unreadable() : OutOfBounds(value);
        return problem is null ? value : null;

        Problem Invalid(string what, string? hint) => new("setting.invalid", subject, $"The setting {setting.Name} {what}", hint);

        Problem Unreadable() => setting.Kind == SettingKind.Choice
            ? Invalid("has no such choice.", NearestName.Hint(text, setting.Choices))
            : Invalid($"is not {Noun(setting)}{(setting.Bounds is { Length: > 0 } bounds ? " " + bounds : "")}.", Example(setting));

        Problem? OutOfBounds(object read)
        {
            if (Measure(read) is { } size && (size < setting.Min || size > setting.Max))
            {
                return Invalid(setting.Kind == SettingKind.Text
                    ? $"is not {setting.Bounds} long." : $"is {size.ToString(Culture)}, not {setting.Bounds}.", null);
            }

            if (setting.Kind == SettingKind.List && setting.Choices.Count > 0
                && ((IReadOnlyList<string>)read).FirstOrDefault(item => !setting.Choices.Contains(item)) is { } other)
            {
                return Invalid("has an item that is no choice.", NearestName.Hint(other, setting.Choices));
            }

            return setting.Pattern is { } pattern && !Texts(read).All(each => Matches(each, pattern))
                ? Invalid("is not written as it must be.", Example(setting)) : null;
        }
    }

    private static object? Parse(Setting setting, string text) => setting.Kind switch
    {
        SettingKind.Text when setting.IsSecret => new Secret(text),
        SettingKind.Whole => int.TryParse(text, Culture, out var number) ? number : null,
        SettingKind.Number => double.TryParse(text, Culture, out var real) && double.IsFinite(real) ? real : null,
        SettingKind.Flag => bool.TryParse(text, out var flag) ? flag : null,
        SettingKind.Seconds => int.TryParse(text, Culture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null,
        SettingKind.Day => DateOnly.TryParseExact(text, "yyyy-MM-dd", Culture, DateTimeStyles.None, out var day) ? day : null,
        SettingKind.Address => Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", UserInfo: "" } ? address : null,
        SettingKind.Choice => setting.Choices.Contains(text) ? text : null,
        SettingKind.List => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        _ => text,
    };

    private static string Noun(Setting setting) => setting.Kind switch
    {
        SettingKind.Whole => "a whole number",
        SettingKind.Number => "a number",
        SettingKind.Flag => "true or false",
        SettingKind.Seconds => "a number of whole seconds",
        SettingKind.Day => "a day such as 2024-01-31",
        _ => "an address that begins with http:// or https:// and has no user or password in it",
    };

    private static string? Example(Setting setting) => setting.Example is { } example ? $"E.g. {example}." : null;

    private static double? Measure(object value) => value switch
    {
        int number => number,
        double real => real,
        TimeSpan time => time.TotalSeconds,
        string text => text.Length,
        Secret secret => secret.Reveal().Length,
        _ => null,
    };

    private static IEnumerable<string> Texts(object value) => value switch
    {
        string text => [text],
        Secret secret => [secret.Reveal()],
        IReadOnlyList<string> list => list,
        _ => [],
    };

    private static bool Matches(string text, string pattern) =>
        Regex.IsMatch(text, $"^(?:{pattern})$(?!\n)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
