using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>A value, or where it is: <c>env:NAME</c> is an environment variable, <c>file:PATH</c> the text of a file.</summary>
/// <param name="environment">Value of an environment variable, null where it is not set.</param>
public sealed class SettingReference(Func<string, string?> environment)
{
    private const string Environment = "env:";
    private const string File = "file:";
    private const int MaxBytes = 1 << 20;

    /// <summary>Whether a text says where a value is, and is no value itself.</summary>
    public static bool Is(string text) =>
        text.StartsWith(Environment, StringComparison.Ordinal) || text.StartsWith(File, StringComparison.Ordinal);

    /// <summary>The variable that a text names; null for none.</summary>
    public static string? Variable(string text) => text.StartsWith(Environment, StringComparison.Ordinal) ? text[Environment.Length..] : null;

    /// <exception cref="TidemarkException"><c>setting.environment_unset</c>, <c>setting.unreadable</c> (usage).</exception>
    public async Task<string> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        if (Variable(text) is { } name)
        {
            return environment(name) ?? throw new TidemarkException(
                FailureKind.Usage, "setting.environment_unset", $"The environment variable {AddressText.Name(name)} is not set.");
        }

        if (!text.StartsWith(File, StringComparison.Ordinal)) return text;
        var path = text[File.Length..];
        try
        {
            // Editors end files with a line break that is no part of a key.
            return Encoding.UTF8.GetString(await RegularFile.ReadAsync(path, MaxBytes, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "setting.unreadable", $"The file {path} cannot be read.", wrong) { Hint = wrong.Message };
        }
    }
}
