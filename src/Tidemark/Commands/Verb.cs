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

    /// <summary>Sets what the verb does; the answer is the exit code.</summary>
    public void Runs(Func<Session, Task<int>> run) =>
        SetAction((parsed, stop) => run(new Session(parsed, (TidemarkInvocation)parsed.InvocationConfiguration, stop)));
}

/// <summary>The usual help, with examples beneath.</summary>
internal sealed class HelpWithExamples(IReadOnlyList<string> examples) : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = _usual.Invoke(parseResult);
        if (examples.Count == 0) return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {example}");
        output.WriteLine();
        return code;
    }
}
