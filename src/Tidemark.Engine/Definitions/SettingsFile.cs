using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>A file with settings: a YAML map from their names to a value, or a list of values, each.</summary>
public static class SettingsFile
{
    private const int MaxBytes = 1 << 20;

    /// <summary>The settings as written; lists are joined by commas. Whether there are such settings, the binder says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TidemarkException"><c>settings_file.unreadable</c>, <c>definitions.malformed</c> with the line, <c>setting.invalid</c> (configuration).</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        DefinitionMap map;
        try
        {
            map = DefinitionYaml.Load(Encoding.UTF8.GetString(await RegularFile.ReadAsync(path, MaxBytes, cancellationToken)));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "settings_file.unreadable", $"The file {path} cannot be read.", wrong) { Hint = wrong.Message };
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var (name, line, value) in map.Entries)
        {
            if (value is DefinitionScalar { Text: null }) continue;
            if (value is DefinitionMap || (value is DefinitionList list && !list.Items.All(item => item is DefinitionScalar { Text: not null })))
                problems.Add(new("setting.invalid", $"{path}, line {line}, setting {name}", $"{name} is a value or a list of values."));
            else settings[name] = string.Join(',', DefinitionNode.Values(value));
        }

        return problems.Count == 0 ? settings : throw TidemarkException.ForAll(problems);
    }
}
