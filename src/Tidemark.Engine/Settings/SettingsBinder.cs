using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Settings;

/// <summary>Turns settings as text into values, and reports every mistake at once.</summary>
public static partial class SettingsBinder
{
    /// <summary>Settings as they are saved: paths of files are absolute.</summary>
    /// <param name="spec">The connector's.</param>
    /// <param name="settings">Names in snake_case.</param>
    /// <param name="folder">Absolute; relative paths begin there.</param>
    public static IReadOnlyDictionary<string, string> Rooted(
        ConnectorSpec spec, IReadOnlyDictionary<string, string> settings, string folder)
    {
        var files = spec.Settings.Where(setting => setting.Kind == SettingKind.File && settings.ContainsKey(setting.Name))
            .Select(setting => setting.Name).ToList();
        if (files.Count == 0) return settings;
        var rooted = settings.ToDictionary(StringComparer.Ordinal);
        foreach (var name in files.Where(name => IsPath(settings[name]))) rooted[name] = Path.GetFullPath(settings[name], folder);
        return rooted;
    }

    /// <summary>Binds settings to their spec.</summary>
    /// <param name="spec">The connector's.</param>
    /// <param name="settings">Names in snake_case.</param>
    /// <param name="subject">Begins every problem's subject, e.g. <c>source "stripe"</c>.</param>
    /// <param name="problems">Receives <c>setting.missing</c>, <c>setting.unknown</c> and <c>setting.invalid</c>. No
    /// problem repeats a text that may be a secret.</param>
    /// <returns>The values that fit; to be used only where there was no problem.</returns>
    public static BoundSettings Bind(
        ConnectorSpec spec, IReadOnlyDictionary<string, string> settings, string subject, ICollection<Problem> problems)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var name in settings.Keys.Where(name => spec.Find(name) is null))
        {
            problems.Add(new("setting.unknown", Subject(Shown(name)), $"There is no setting {Shown(name)} here.",
                NearestName.Hint(name, spec.Settings.Select(setting => setting.Name))));
        }

        foreach (var setting in spec.Settings)
        {
            if (settings.TryGetValue(setting.Name, out var text)) Take(setting, text);
            else if (setting.IsRequired)
                problems.Add(new("setting.missing", Subject(setting.Name), $"The setting {setting.Name} is missing.", setting.Description));
        }

        return new(spec, values);

        string Subject(string name) => $"{subject}, setting {name}";

        void Take(Setting setting, string text)
        {
            if (SettingReader.Read(setting, text, Subject(setting.Name), out var problem) is not { } value)
            {
                problems.Add(problem!);
                return;
            }

            values[setting.Name] = value;
            foreach (var mistake in spec.Options?.Mistakes(setting.Name, value) ?? [])
                problems.Add(new("setting.invalid", Subject(setting.Name), mistake));
        }
    }

    /// <summary>The name of an unknown setting as it may be repeated: an address, or a key that ends with an equals sign, is
    /// easily typed where a name belongs.</summary>
    internal static string Shown(string name) => Name().IsMatch(name) ? name : "***";

    // A text that is no path is refused where it is opened, in the words of whoever opens it.
    private static bool IsPath(string text) => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal);

    [GeneratedRegex("^[A-Za-z][A-Za-z_-]{0,39}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
