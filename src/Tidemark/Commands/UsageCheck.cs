using System.CommandLine;
using System.CommandLine.Parsing;
using Tidemark.Engine.Errors;

namespace Tidemark.Commands;

/// <summary>Answers what was mistyped with what was probably meant.</summary>
internal static class UsageCheck
{
    /// <exception cref="TidemarkException"><c>usage.unknown_option</c>, <c>usage.unknown_verb</c>,
    /// <c>usage.verb_missing</c>, <c>usage.unexpected</c>, <c>usage.invalid</c>.</exception>
    public static void ThrowIfWrong(ParseResult parsed)
    {
        if (parsed.Action is { ClearsParseErrors: true }) return;
        var command = parsed.CommandResult.Command;
        // An argument that takes many values also takes an option's misspelling.
        var mistyped = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token is { Type: TokenType.Argument, Value: ['-', not (>= '0' and <= '9'), ..] })
            ?.Value ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null);
        if (mistyped is not null) throw Unknown(command, mistyped);
        if (parsed.Errors.Count == 0) return;
        if (command.Subcommands.Count > 0)
        {
            throw new TidemarkException(FailureKind.Usage, "usage.verb_missing",
                command is RootCommand ? "A verb is missing." : $"A verb is missing after {command.Name}.")
            {
                Hint = $"Known: {string.Join(", ", Names(command.Subcommands))}.",
            };
        }

        throw new TidemarkException(FailureKind.Usage, "usage.invalid", Sentence(parsed.Errors[0]))
        {
            Hint = HelpHint(command),
        };
    }

    /// <summary>Refuses a value that its option does not take.</summary>
    /// <exception cref="TidemarkException"><c>usage.invalid</c>.</exception>
    public static void Require(bool isMet, string sentence)
    {
        if (!isMet) throw new TidemarkException(FailureKind.Usage, "usage.invalid", sentence);
    }

    /// <summary>Refuses a limit of a list under which nothing is listed.</summary>
    public static void RequireLimit(int limit) => Require(limit >= 1, "--limit is at least 1.");

    /// <summary>The parser names types of the language where a person thinks of numbers.</summary>
    private static string Sentence(ParseError error)
    {
        var (name, type, tokens) = error.SymbolResult switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType, option.Tokens),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType, argument.Tokens),
            _ => ("", typeof(string), []),
        };
        type = type.GetElementType() ?? Nullable.GetUnderlyingType(type) ?? type;
        var kind = type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number" : type == typeof(bool) ? "true or false" : null;
        if (kind is null || tokens.Count == 0) return error.Message;
        var typed = tokens.FirstOrDefault(token => error.Message.Contains($"'{token.Value}'", StringComparison.Ordinal)) ?? tokens[0];
        return $"{name} is {kind}, not {typed.Value}.";
    }

    private static TidemarkException Unknown(Command command, string typed)
    {
        if (typed.StartsWith('-'))
        {
            return new(FailureKind.Usage, "usage.unknown_option", $"There is no option {typed} here.")
            {
                Hint = NearestName.Hint(typed, Names(Options(command))),
            };
        }

        return command.Subcommands.Count > 0
            ? new(FailureKind.Usage, "usage.unknown_verb", $"There is no verb {typed} here.")
            {
                Hint = NearestName.Hint(typed, Names(command.Subcommands)),
            }
            : new(FailureKind.Usage, "usage.unexpected", $"The verb {command.Name} does not take {typed}.")
            {
                Hint = HelpHint(command),
            };
    }

    private static string HelpHint(Command command)
    {
        var above = command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand);
        return $"See `tidemark {(above is null ? "" : above.Name + " ")}{command.Name} --help`.";
    }

    /// <summary>Its own, and those of the verbs above that hold everywhere.</summary>
    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat([SharedOptions.Home, SharedOptions.Json]).DistinctBy(option => option.Name);

    private static IEnumerable<string> Names(IEnumerable<Symbol> symbols) =>
        symbols.Where(symbol => !symbol.Hidden).Select(symbol => symbol.Name);
}
