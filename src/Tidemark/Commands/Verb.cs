using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tidemark.Commands.Remote;
using Tidemark.Output;

namespace Tidemark.Commands;

/// <summary>One verb of the command line, with examples for its help.</summary>
internal sealed class Verb : Command
{
    /// <param name="name">As typed.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">Whole commands.</param>
    public Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Add(HelpWithExamples.Option(examples));
    }

    /// <summary>Adds a part to the help, before the examples.</summary>
    public void Explains(Action<Session> write) =>
        ((HelpWithExamples)Options.OfType<HelpOption>().Single().Action!).More = write;

    /// <summary>Lets a person choose how much is shown while something runs.</summary>
    public void Watches()
    {
        Add(SharedOptions.Quiet);
        Add(SharedOptions.Verbose);
        Validators.Add(typed =>
        {
            if (typed.GetValue(SharedOptions.Quiet) && typed.GetValue(SharedOptions.Verbose)) typed.AddError("Use --quiet or --verbose, not both.");
        });
    }

    /// <summary>Sets what the verb does, with a home of this machine or with a server; the answer is the exit code.</summary>
    public void Runs(Func<Session, Task<int>> run) => SetAction(async (parsed, stop) =>
    {
        var invocation = (TidemarkInvocation)parsed.InvocationConfiguration;
        var session = new Session(parsed, invocation, stop);
        if (AddressOf(parsed, invocation) is not { } address) return await run(session);
        using var server = new ServerClient(address, session.Variable("TIDEMARK_TOKEN"));
        return await run(new(parsed, invocation, stop) { Server = server });
    });

    /// <summary>Sets what the verb does on this machine alone; the answer is the exit code.</summary>
    /// <param name="reason">Why it asks no server, in a sentence.</param>
    /// <param name="run">What it does.</param>
    public void RunsHere(string reason, Func<Session, Task<int>> run) => SetAction((parsed, stop) =>
    {
        UsageCheck.Require(parsed.GetValue(SharedOptions.Server) is null, $"{Name} works without --server: {reason}");
        return run(new Session(parsed, (TidemarkInvocation)parsed.InvocationConfiguration, stop));
    });

    // A home that was typed goes before a server that was not.
    private static string? AddressOf(ParseResult parsed, TidemarkInvocation invocation) => parsed.GetValue(SharedOptions.Server)
        ?? (parsed.GetValue(SharedOptions.Home) is null ? invocation.Terminal.Variable(SharedOptions.ServerVariable) : null);
}

/// <summary>The usual help, with examples beneath.</summary>
internal sealed class HelpWithExamples(IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    /// <summary>Columns of a line of help, also where the terminal is wider or the output is a pipe.</summary>
    public const int MaxWidth = 100;

    private readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true;

    /// <summary>A part between the options and the examples; null for none.</summary>
    public Action<Session>? More { get; set; }

    /// <summary><c>--help</c> with these examples.</summary>
    public static HelpOption Option(params string[] examples) =>
        new("--help", "-h") { Description = "Show this help.", Action = new HelpWithExamples(examples) };

    public override int Invoke(ParseResult parseResult)
    {
        var invocation = (TidemarkInvocation)parseResult.InvocationConfiguration;
        _usual.MaxWidth = invocation.Terminal.Traits.IsOutput ? Math.Min(Terminal.Size().Width, MaxWidth) : MaxWidth;
        var code = _usual.Invoke(parseResult);
        var session = new Session(parseResult, invocation, CancellationToken.None);
        More?.Invoke(session);
        if (examples.Count == 0) return code;
        var console = session.Terminal.OutputConsole;
        console.WriteParagraph("Examples:");
        foreach (var example in examples) console.WriteParagraph($"  {example}");
        console.WriteParagraph("");
        return code;
    }
}
