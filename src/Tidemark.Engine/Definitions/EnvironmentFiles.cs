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

    private readonly Dictionary<string, Variables> _read = new(StringComparer.Ordinal);

    /// <summary>Value of a variable; null where nothing sets it, or sets it to nothing.</summary>
    /// <exception cref="TidemarkException"><c>env_file.malformed</c> with the line of the variable, <c>env_file.unreadable</c> (configuration).</exception>
    public string? Find(string name)
    {
        if (environment(name) is { Length: > 0 } set) return set;
        foreach (var folder in folders)
        {
            var file = Path.Combine(folder, Name);
            if (!_read.TryGetValue(file, out var variables)) _read[file] = variables = Read(file);
            if (variables.Broken.TryGetValue(name, out var line))
            {
                // It may be a secret: what stands there is not repeated.
                throw new TidemarkException(
                    FailureKind.Configuration, "env_file.malformed", string.Create(CultureInfo.InvariantCulture, $"Line {line} of {file} is not {name}=value."))
                {
                    Hint = "Quote a value with spaces at its ends or a # in it; a value ends with its line.",
                };
            }

            if (variables.Values.GetValueOrDefault(name) is { Length: > 0 } value) return value;
        }

        return null;
    }

    /// <summary>Other programs read such files too, by rules of their own: a line counts only where its variable is wanted.</summary>
    private static Variables Read(string file)
    {
        var variables = new Variables([], []);
        // Some keep an environment of Python in a folder of this name.
        if (RegularFile.KindBehind(file) is FileKind.Missing or FileKind.Folder) return variables;
        foreach (var (at, line) in Text(file).Split('\n').Index())
        {
            var text = line.Trim();
            if (text.StartsWith("export ", StringComparison.Ordinal)) text = text["export ".Length..].TrimStart();
            var name = string.Concat(text.TakeWhile(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));
            if (name.Length == 0) continue;
            if (text[name.Length..].TrimStart() is ['=', .. var rest] && Value(rest.Trim()) is { } value)
            {
                variables.Values[name] = value;
                variables.Broken.Remove(name);
            }
            else variables.Broken[name] = at + 1;
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

    private sealed record Variables(Dictionary<string, string> Values, Dictionary<string, int> Broken);
}
