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

        var problems = new List<Problem>();
        var settings = DefinitionNode.Settings(map, entry =>
            problems.Add(new("setting.invalid", $"{path}, line {entry.Line}, setting {entry.Key}", $"{entry.Key} is a value or a list of values.")));
        return problems.Count == 0 ? settings : throw TidemarkException.ForAll(problems);
    }
}
