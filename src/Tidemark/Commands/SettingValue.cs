using Spectre.Console;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>
/// A value on the command line: the text itself, or where to get it: <c>-</c> asks without echo or reads a line of
/// standard input, <c>@FILE</c> a file, <c>${NAME}</c> an environment variable.
/// </summary>
internal static class SettingValue
{
    private const int MaxLetters = 1 << 20;

    /// <exception cref="TidemarkException"><c>setting.unreadable</c>, <c>setting.environment_unset</c>.</exception>
    public static async Task<string> ReadAsync(Session session, string name, string typed, bool isSecret)
    {
        switch (typed)
        {
            case "-":
                return await AskAsync(session, name, isSecret);
            case ['@', .. { Length: > 0 } file]:
                return await ReadFileAsync(session, name, file);
            case ['$', '{', .. { Length: > 0 } variable, '}']:
                return session.Variable(variable) ?? throw new TidemarkException(
                    FailureKind.Usage, "setting.environment_unset", $"The environment variable {variable} is not set.")
                {
                    Hint = $"The value of {name} comes from it.",
                };
            default:
                if (isSecret && session.IsInteractive)
                    session.Say($"Note: {Printable.Of(name)} is now in your shell's history; - asks for it instead.");
                return typed;
        }
    }

    private static async Task<string> AskAsync(Session session, string name, bool isSecret)
    {
        if (session.IsInteractive)
        {
            var prompt = new TextPrompt<string>($"{Markup.Escape(Printable.Of(name))}:");
            return await (isSecret ? prompt.Secret(null) : prompt).ShowAsync(session.Prose, session.Stop);
        }

        return await session.Terminal.Input.ReadLineAsync(session.Stop) ?? throw new TidemarkException(
            FailureKind.Usage, "setting.unreadable", $"Standard input has no line for {name}.");
    }

    private static async Task<string> ReadFileAsync(Session session, string name, string file)
    {
        try
        {
            var text = await SmallText.ReadAsync(file, MaxLetters + 1, session.Stop);
            // Editors end files with a line break that is no part of a key.
            return text.Length <= MaxLetters ? text.TrimEnd('\r', '\n') : throw new TidemarkException(
                FailureKind.Usage, "setting.unreadable", $"The file for {name} is larger than 1 MB.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new TidemarkException(FailureKind.Usage, "setting.unreadable",
                $"The file for {name} cannot be read.", wrong)
            {
                Hint = wrong.Message,
            };
        }
    }
}
