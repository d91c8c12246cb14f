using Spectre.Console;

namespace Tidemark.Output;

/// <summary>Where a command reads and writes: two outputs, an input and the environment.</summary>
public sealed class Terminal
{
    // Nothing wraps where nobody looks: a pipe gets whole lines.
    private const int PipeWidth = 10_000;

    private readonly Lazy<IAnsiConsole> _prose;
    private readonly Lazy<IAnsiConsole> _errors;
    private readonly Func<TextReader> _input;
    private readonly Func<string, string?> _environment;

    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="environment">Value of an environment variable; null where it is not set.</param>
    public Terminal(TextReader input, TextWriter output, TextWriter error, Func<string, string?> environment)
        : this(() => input, output, error, environment, new TerminalTraits(false, false, false))
    {
    }

    internal Terminal(
        Func<TextReader> input, TextWriter output, TextWriter error, Func<string, string?> environment,
        TerminalTraits traits)
    {
        (_input, Output, Error, _environment, Traits) = (input, output, error, environment, traits);
        _prose = new(() => Draw(output, traits.IsOutput));
        _errors = new(() => Draw(error, traits.IsError));
    }

    /// <summary>Opened when somebody reads: opening it costs time and changes a terminal's settings.</summary>
    public TextReader Input => _input();

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    internal TerminalTraits Traits { get; }

    /// <summary>True while a table redraws itself, which a line from elsewhere would tear.</summary>
    internal bool IsDrawing { get; set; }

    /// <summary>Standard output with colours and tables, plain where it is a pipe.</summary>
    internal IAnsiConsole OutputConsole => _prose.Value;

    /// <summary>Standard error with colours and tables, plain where it is a pipe.</summary>
    internal IAnsiConsole ErrorConsole => _errors.Value;

    /// <summary>Null where it is not set or empty.</summary>
    public string? Variable(string name) => _environment(name) is { Length: > 0 } value ? value : null;

#pragma warning disable RS0030 // The one place that takes the process's own terminal.
    /// <summary>The terminal of this process.</summary>
    public static Terminal Standard() => new(
        () => Console.In, Console.Out, Console.Error, Environment.GetEnvironmentVariable,
        new(!Console.IsInputRedirected, !Console.IsOutputRedirected, !Console.IsErrorRedirected));

    /// <summary>The bytes of standard input and output, for a verb that speaks with a program.</summary>
    internal static (Stream Input, Stream Output) Streams() => (Console.OpenStandardInput(), Console.OpenStandardOutput());

    internal static (int Width, int Height) Size()
    {
        try
        {
            return (Console.BufferWidth is > 0 and var width ? width : 80,
            Console.WindowHeight is > 0 and var height ? height : 24);
        }
        catch (IOException)
        {
            return (80, 24);
        }
    }
#pragma warning restore RS0030

    private IAnsiConsole Draw(TextWriter writer, bool isTerminal)
    {
        var canDraw = isTerminal && Variable("TERM") != "dumb";
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = canDraw ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = !canDraw || Variable("NO_COLOR") is not null
                ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
            Interactive = canDraw && Traits.IsInput ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new TerminalOutput(writer, isTerminal, PipeWidth),
            Enrichment = new() { UseDefaultEnrichers = false }, // a build server's log is a pipe like any other
        });
        if (!isTerminal) console.Profile.Capabilities.Unicode = true;
        return console;
    }
}

/// <summary>Which of the three are a person's terminal.</summary>
internal sealed record TerminalTraits(bool IsInput, bool IsOutput, bool IsError);
