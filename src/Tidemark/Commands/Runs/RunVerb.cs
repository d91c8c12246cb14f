namespace Tidemark.Commands.Runs;

/// <summary><c>tidemark run</c>: what can be done with one run.</summary>
internal static class RunVerb
{
    public static Verb Create() => new("run", "Shows a run or acts on it.",
        "tidemark run show last", "tidemark run logs 20261122-1015")
    {
        ShowRun.Create(), RunRows.Create(), RunLogs.Create(), RunQuarantine.Create(),
        CancelRun.Create(), RetryRun.Create(), ApproveRun.Create(), UndoRun.Create(), PruneRuns.Create(),
    };
}
