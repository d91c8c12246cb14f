using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

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
        Add(new HelpOption { Action = new HelpWithExamples(examples) });
    }

    /// <summary>Adds a part to the help, before the examples.</summary>
    public void Explains(Action<Session> write) =>
        ((HelpWithExamples)Options.OfType<HelpOption>().Single().Action!).More = write;

    /// <summary>Sets what the verb does; the answer is the exit code.</summary>
    public void Runs(Func<Session, Task<int>> run) =>
        SetAction((parsed, stop) => run(new Session(parsed, (TidemarkInvocation)parsed.InvocationConfiguration, stop)));
}

/// <summary>The usual help, with examples beneath.</summary>
internal sealed class HelpWithExamples(IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true;

    /// <summary>What else the help says; null for nothing.</summary>
    public Action<Session>? More { get; set; }

    public override int Invoke(ParseResult parseResult)
    {
        var code = _usual.Invoke(parseResult);
        More?.Invoke(new Session(parseResult, (TidemarkInvocation)parseResult.InvocationConfiguration, CancellationToken.None));
        if (examples.Count == 0) return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {example}");
        output.WriteLine();
        return code;
    }
}
