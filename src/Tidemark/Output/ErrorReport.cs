using Spectre.Console;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Wire;

namespace Tidemark.Output;

/// <summary>Reports a failure: to people on standard error, to programs as one line on standard output.</summary>
internal sealed class ErrorReport(Terminal terminal, bool isJson)
{
    /// <returns>The exit code.</returns>
    public int Failed(TidemarkException failure)
    {
        var whole = NextCommand.In(new Problem(failure.Code, "", failure.Message, failure.Hint)
        {
            Next = failure.Next,
            IsTransient = failure.Kind == FailureKind.Transient,
        });
        Write(whole, [.. failure.Problems.Select(problem => NextCommand.In(problem))]);
        WriteStack(failure);
        return ExitCode.Of(failure.Kind);
    }

    /// <returns>The exit code.</returns>
    public int Cancelled()
    {
        Write(new("command.cancelled", "", "Stopped before the end."), []);
        return ExitCode.Cancelled;
    }

    /// <returns>The exit code.</returns>
    public int Unexpected(Exception defect)
    {
        // Its message may hold anything, a connection string included: only the name is shown.
        Write(new("defect.unexpected", "", $"An unexpected error happened ({defect.GetType().Name}).",
            "Set TIDEMARK_DEBUG=1 to see where, and please report it."), []);
        WriteStack(defect);
        return ExitCode.Failed;
    }

    /// <summary>Problems as people read them, one paragraph each.</summary>
    public static void WriteProblems(IAnsiConsole console, IEnumerable<Problem> problems)
    {
        string? due = null;
        foreach (var problem in problems.Select(problem => NextCommand.In(problem)))
        {
            // An unreachable vendor is a problem of every stream, with one remedy.
            if (due != problem.Hint) Advise(due);
            console.WriteParagraph($"  {Printable.Of(problem.Subject)}: {Printable.Of(problem.Message)} ({problem.Code})");
            due = problem.Hint;
        }

        Advise(due);

        void Advise(string? hint)
        {
            if (hint is not null) console.WriteParagraph($"    {Printable.Of(hint)}", Color.Grey);
        }
    }

    private void Write(Problem whole, IReadOnlyList<Problem> problems)
    {
        var (code, _, message, hint) = whole;
        if (isJson)
        {
            JsonLine.WriteTo(terminal.Output, FailureAnswer.Of(whole, problems), WireJson.Default.FailureAnswer);
        }

        var console = terminal.ErrorConsole;
        console.MarkupLineInterpolated($"[red]error:[/] {Printable.Of(message)} ({code})");
        if (problems.Count > 1) WriteProblems(console, problems);
        else if (problems is [{ Subject.Length: > 0 } only]) console.WriteParagraph($"  in {Printable.Of(only.Subject)}");
        if (hint is not null) console.WriteParagraph($"  {Printable.Of(hint)}", Color.Grey);
        if (whole.IsTransient) console.WriteParagraph("  It may pass: try again later.", Color.Grey);
    }

    private void WriteStack(Exception error)
    {
        if (terminal.Variable("TIDEMARK_DEBUG") == "1") terminal.Error.WriteLine(error);
    }
}
