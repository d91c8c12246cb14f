using System.CommandLine;
using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark completion</c>: the script that lets a shell ask the program itself what may come next.</summary>
internal static class CompletionVerb
{
    /// <summary>Begins the argument by which a script asks; the parser answers it.</summary>
    private const string Question = "[suggest:";

    private const string Bash = """
        _tidemark() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(tidemark "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tidemark tidemark

        """;

    private const string Zsh = """
        #compdef tidemark
        _tidemark() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a found
            found=("${(@f)$(tidemark "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if (( ${#found[@]} )) && [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
        }
        compdef _tidemark tidemark

        """;

    private const string Fish = """
        complete -c tidemark -a '(set -l line (commandline -cp); tidemark "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'

        """;

    private static readonly IReadOnlyDictionary<string, string> Scripts = new Dictionary<string, string>
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
    };

    /// <summary>Whether a shell asks about a line that is not finished, and so may be wrong.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) => args is [var first, _] && first.StartsWith(Question, StringComparison.Ordinal);

    /// <summary>The question of a shell without the program's own name, by whatever path it was called.</summary>
    public static IReadOnlyList<string> WithoutProgram(IReadOnlyList<string> args)
    {
        if (!IsAsked(args) || !int.TryParse(args[0][Question.Length..^1], CultureInfo.InvariantCulture, out var at)) return args;
        var begins = args[1].IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space ? space + 1 : args[1].Length;
        return [string.Create(CultureInfo.InvariantCulture, $"{Question}{Math.Max(0, at - begins)}]"), args[1][begins..]];
    }

    public static Verb Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var verb = new Verb("completion", "Prints the script that completes commands in a shell.",
            "source <(tidemark completion bash)        # in ~/.bashrc", "source <(tidemark completion zsh)         # in ~/.zshrc, after compinit",
            "tidemark completion fish > ~/.config/fish/completions/tidemark.fish") { shell };
        verb.Runs(async session =>
        {
            if (!Scripts.TryGetValue(session.Get(shell), out var script))
            {
                throw new TidemarkException(FailureKind.Usage, "shell.unknown", $"There is no completion for {session.Get(shell)}.")
                {
                    Hint = NearestName.Hint(session.Get(shell), Scripts.Keys),
                };
            }

            await session.Terminal.Output.WriteAsync(script);
            return ExitCode.Done;
        });
        return verb;
    }
}
