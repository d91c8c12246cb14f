using System.CommandLine;
using System.Globalization;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary><c>tidemark completion</c>: the script that lets a shell ask the program itself what may come next.</summary>
internal static class CompletionVerb
{
    /// <summary>The argument by which a script asks what may follow a line; the parser answers it.</summary>
    private const string Question = "[suggest]";

    /// <summary>Begins the same argument with a place in the line, as the parser knows it and older scripts write it.</summary>
    private const string QuestionAt = "[suggest:";

    private const string Bash = """
        _tidemark() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(tidemark "[suggest]" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tidemark tidemark

        """;

    private const string Zsh = """
        #compdef tidemark
        _tidemark() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a found
            found=("${(@f)$(tidemark "[suggest]" "$line" 2>/dev/null)}")
            if (( ${#found[@]} )) && [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
        }
        compdef _tidemark tidemark

        """;

    // Files are offered only where nothing else may come: fish would mix them with the verbs.
    private const string Fish = """
        function __tidemark_complete
            set -l found (tidemark "[suggest]" (commandline -cp | string collect) 2>/dev/null)
            if test -n "$found"
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c tidemark -f -a '(__tidemark_complete)'

        """;

    private static readonly IReadOnlyDictionary<string, string> Scripts = new Dictionary<string, string>
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
    };

    /// <summary>Whether a shell asks about a line that is not finished, and so may be wrong.</summary>
    public static bool IsAsked(IReadOnlyList<string> args) =>
        args is [var first, _] && (first == Question || first.StartsWith(QuestionAt, StringComparison.Ordinal));

    /// <summary>The question of a shell without the program's own name, by whatever path it was called.</summary>
    public static IReadOnlyList<string> WithoutProgram(IReadOnlyList<string> args)
    {
        if (!IsAsked(args)) return args;
        var (line, at) = (args[1], args[1].Length);
        if (args[0] != Question && !int.TryParse(args[0][QuestionAt.Length..^1], CultureInfo.InvariantCulture, out at)) return args;
        var begins = line.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space ? space + 1 : line.Length;
        return [string.Create(CultureInfo.InvariantCulture, $"{QuestionAt}{Math.Clamp(at - begins, 0, line.Length - begins)}]"), line[begins..]];
    }

    public static Verb Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        var verb = new Verb("completion", "Prints the script that completes commands in a shell.",
            "source <(tidemark completion bash)        # in ~/.bashrc", "source <(tidemark completion zsh)         # in ~/.zshrc, after compinit",
            "tidemark completion fish > ~/.config/fish/completions/tidemark.fish") { shell };
        verb.RunsHere("a shell asks this program.", async session =>
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
