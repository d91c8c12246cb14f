using System.Text.RegularExpressions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Output;

/// <summary>The one place that turns a next step into a command line. A hint ends with the act, and so with its command.</summary>
internal static partial class NextCommand
{
    public static string Line(NextStep next) => next.Act switch
    {
        NextAct.ApproveRun => $"tidemark run approve {Name(next, "RUN")}",
        NextAct.UndoRun => $"tidemark run undo {Name(next, "RUN")}",
        NextAct.CancelRun => $"tidemark run cancel {Name(next, "RUN")}",
        NextAct.ListRuns => "tidemark runs",
        NextAct.RunPipeline => $"tidemark sync {Name(next, "PIPELINE")}",
        NextAct.ReadEverything => $"tidemark sync {Name(next, "PIPELINE")} --full",
        NextAct.MakePlan => $"tidemark sync {Name(next, "PIPELINE")} --dry-run --save FILE",
        NextAct.CarryOutPlan => $"tidemark apply --plan {Name(next, "FILE")}",
        NextAct.ListQuarantine => "tidemark quarantine list",
        NextAct.ListBackups => "tidemark backup list",
        NextAct.RestoreBackup => $"tidemark backup restore {Name(next, "NAME")}",
        NextAct.SaveDefinitions => "tidemark apply -f FILE",
        NextAct.ForgetSecrets => "tidemark secrets forget",
        NextAct.ChooseHome => "tidemark VERB --home DIR",
        _ => throw new InvalidOperationException($"There is no command for {next.Act}."),
    };

    /// <summary>A hint with the command after it.</summary>
    public static string? Advice(string? hint, NextStep? next) => next is null ? hint
        : hint is null ? Line(next) : $"{hint.TrimEnd('.')}: {Line(next)}";

    /// <summary>The step with its command.</summary>
    public static NextStep In(NextStep next) => next with { Command = Line(next) };

    /// <summary>The problem as the command line reports it.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="run">The run that it is of; null for none.</param>
    /// <param name="pipeline">The pipeline that it is of; null for none.</param>
    public static Problem In(Problem problem, string? run = null, string? pipeline = null)
    {
        // A step that has its command is in its hint already.
        if (problem.Next is not { Command: null } next) return problem;
        next = next.For(run, pipeline);
        return problem with { Hint = Advice(problem.Hint, next), Next = In(next) };
    }

    /// <summary>The run as the command line reports it.</summary>
    public static RunResult In(RunResult run) => run with
    {
        Next = RunOutcome.Of(run)?.Next is { } next ? In(next) : null,
        Problems = [.. run.Problems.Select(problem => In(problem, run.Run, run.Pipeline))],
        Streams =
        [
            .. run.Streams.Select(stream => stream.Error is null ? stream : stream with { Error = In(stream.Error, run.Run, run.Pipeline) }),
        ],
    };

    /// <summary>The run as the command line reports it to programs.</summary>
    public static RunAnswer In(RunAnswer run) => run with
    {
        Next = In(run.Next, run.Run, run.Pipeline),
        Problems = run.Problems is { } problems ? [.. problems.Select(problem => In(problem, run.Run, run.Pipeline))] : null,
        Streams = [.. run.Streams.Select(stream => stream.Error is null ? stream : stream with { Error = In(stream.Error, run.Run, run.Pipeline) })],
    };

    /// <summary>The record in quarantine as the command line reports it.</summary>
    public static QuarantineAnswer In(QuarantineAnswer record) => record.Next?.ToStep() is not { } next ? record
        : record with { Hint = Advice(record.Hint, next.For(record.Run, record.Pipeline)), Next = In(record.Next, record.Run, record.Pipeline) };

    /// <summary>The answer of a source or destination as the command line reports it.</summary>
    public static TestAnswer In(TestAnswer test) => test with { Problems = [.. test.Problems.Select(problem => In(problem))] };

    /// <summary>The backup as the command line reports it.</summary>
    public static CreatedBackupAnswer In(CreatedBackupAnswer created) => created.Upload is not { Problems: { } problems } upload
        ? created : created with { Upload = upload with { Problems = [.. problems.Select(problem => In(problem))] } };

    /// <summary>The step with its command; as it is where this build does not know it.</summary>
    /// <param name="next">The step; null for none.</param>
    /// <param name="run">The run that it is of; null for none.</param>
    /// <param name="pipeline">The pipeline that it is of; null for none.</param>
    public static NextAnswer? In(NextAnswer? next, string? run = null, string? pipeline = null) =>
        next?.ToStep() is { } step ? NextAnswer.From(In(step.For(run, pipeline))) : next;

    private static ProblemAnswer In(ProblemAnswer problem, string? run = null, string? pipeline = null) =>
        ProblemAnswer.Of(In(problem.ToProblem(), run, pipeline)) with { Next = In(problem.Next, run, pipeline) };

    private static string Name(NextStep next, string otherwise) => next.Of is { } of ? Quoted(of) : otherwise;

    /// <summary>A word as a shell takes it for one.</summary>
    private static string Quoted(string word) =>
        Plain.IsMatch(word) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9_./:@%+=,-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain { get; }
}
