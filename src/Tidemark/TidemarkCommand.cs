using Tidemark.Commands;
using Tidemark.Engine.Errors;
using Tidemark.Output;

namespace Tidemark;

/// <summary>The command line: parses, runs one verb and turns the outcome into text and an exit code.</summary>
public static class TidemarkCommand
{
    /// <summary>Runs one command. Throws nothing: failures are reported on the terminal.</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="terminal">Where it reads, writes and looks for environment variables.</param>
    /// <param name="clock">Where "now" comes from.</param>
    /// <param name="stop">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> args, Terminal terminal, TimeProvider clock, CancellationToken stop)
    {
        var root = VerbTree.Build(args);
        var invocation = new TidemarkInvocation(terminal, clock);
        var isAsked = CompletionVerb.IsAsked(args);
        var meant = CompletionVerb.WithoutProgram(args);
        // A response file would swallow an argument that begins with @.
        var parsed = root.Parse(args.Count == 0 ? ["--help"] : meant, new() { ResponseFileTokenReplacer = null });
        var errors = new ErrorReport(terminal, isJson: args.Contains(SharedOptions.Json.Name, StringComparer.Ordinal));
        try
        {
            // A shell asks about a line that is not finished.
            if (isAsked) HomeNames.Answer(await HomeNames.FindAsync(new(root.Parse(meant[1]), invocation, stop)));
            else UsageCheck.ThrowIfWrong(parsed);
            var code = await parsed.InvokeAsync(invocation, stop);
            return args.Count == 0 ? ExitCode.Usage : code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return errors.Cancelled();
        }
        catch (TidemarkException failure)
        {
            return errors.Failed(failure);
        }
#pragma warning disable CA1031 // The top: a defect is reported in one sentence.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            return errors.Unexpected(defect);
        }
    }
}
