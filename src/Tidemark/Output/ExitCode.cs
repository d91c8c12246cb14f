using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>What the process ends with. Scripts rely on these.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Partial = 3;
    public const int Parked = 4;
    public const int Configuration = 5;

    /// <summary>Busy, or a failure that may be gone: the same command may succeed later.</summary>
    public const int TryLater = 6;

    /// <summary>128 + SIGINT, as shells say it.</summary>
    public const int Cancelled = 130;

    /// <summary>As its status says; a dry run that would park, as a run that has.</summary>
    public static int Of(RunResult run) => run.WouldPark ? Parked : run.MayPass ? TryLater : Of(run.Status);

    public static int Of(RunAnswer run) => Of(run.ToResult());

    /// <summary>Problems that were found where nothing was to be changed: whether all of them may pass.</summary>
    public static int Of(IReadOnlyList<Problem> problems) =>
        problems.Count == 0 ? Done : problems.All(problem => problem.IsTransient) ? TryLater : Configuration;

    private static int Of(RunStatus status) => status switch
    {
        RunStatus.Succeeded or RunStatus.Planned => Done,
        RunStatus.Partial => Partial,
        RunStatus.Parked => Parked,
        RunStatus.Cancelled => Cancelled,
        _ => Failed,
    };

    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Usage => Usage,
        FailureKind.Configuration => Configuration,
        FailureKind.Approval => Parked,
        FailureKind.Transient => TryLater,
        _ => Failed,
    };
}
