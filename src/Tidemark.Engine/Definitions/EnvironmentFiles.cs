using System.Globalization;
using System.Text;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;

namespace Tidemark.Engine.Definitions;

/// <summary>
/// The variables that definitions and addresses may name: those of the environment, then those of a file <c>.env</c> in the current folder, then
/// those of one in the home. The first that has a name gives its value; a file is read when a variable is not found before it.
/// </summary>
/// <param name="environment">Value of a variable of the environment; null where it is not set.</param>
/// <param name="folders">The folders whose <c>.env</c> is read, in order.</param>
public sealed class EnvironmentFiles(Func<string, string?> environment, IReadOnlyList<string> folders)
{
    private const string Name = ".env";
    private const int MaxBytes = 1 << 20;

    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _read = new(StringComparer.Ordinal);

    /// <summary>Value of a variable; null where nothing sets it, or sets it to nothing.</summary>
    /// <exception cref="TidemarkException"><c>env_file.malformed</c> with the line, <c>env_file.unreadable</c> (configuration).</exception>
    public string? Find(string name)
    {
        if (environment(name) is { Length: > 0 } set) return set;
        foreach (var folder in folders)
        {
            if (ReadOnce(Path.Combine(folder, Name)).GetValueOrDefault(name) is { Length: > 0 } value) return value;
        }

        return null;
    }

    private IReadOnlyDictionary<string, string> ReadOnce(string file)
    {
        if (!_read.TryGetValue(file, out var variables)) _read[file] = variables = Read(file);
        return variables;
    }

    private static Dictionary<string, string> Read(string file)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (RegularFile.KindBehind(file) == FileKind.Missing) return variables;
        foreach (var (at, line) in Text(file).Split('\n').Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            if (text.StartsWith("export ", StringComparison.Ordinal)) text = text["export ".Length..].TrimStart();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !text[..equals].TrimEnd().All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') || Value(text[(equals + 1)..].Trim()) is not { } value)
            {
                // The line may be a secret that lost its name: it is not repeated.
                throw new TidemarkException(
                    FailureKind.Configuration, "env_file.malformed", string.Create(CultureInfo.InvariantCulture, $"Line {at + 1} of {file} is not NAME=value."))
                {
                    Hint = "Quote a value with spaces at its ends or a # in it; a value ends with its line.",
                };
            }

            variables[text[..equals].TrimEnd()] = value;
        }

        return variables;
    }

    /// <summary>A value without its quotes; null where a quote does not end with the line.</summary>
    private static string? Value(string text)
    {
        if (text is not ['\'' or '"', ..])
            return (text.IndexOf(" #", StringComparison.Ordinal) is >= 0 and var comment ? text[..comment] : text is ['#', ..] ? "" : text).TrimEnd();
        var value = new StringBuilder();
        var quote = text[0];
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == quote) return text[(at + 1)..].TrimStart() is "" or ['#', ..] ? value.ToString() : null;
            if (quote == '"' && text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                value.Append(text[at] switch { 'n' => '\n', 't' => '\t', var letter => letter });
            }
            else value.Append(text[at]);
        }

        return null;
    }

    private static string Text(string file)
    {
        try
        {
            RegularFile.RequireRegular(RegularFile.KindBehind(file), file);
            var info = new FileInfo(file);
            if (info.Length > MaxBytes) throw new IOException($"{file} is larger than 1 MB.");
            return File.ReadAllText(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Configuration, "env_file.unreadable", $"The file {file} cannot be read.", wrong) { Hint = wrong.Message };
        }
    }
}
