namespace Tidemark.Engine.Errors;

/// <summary>What a person may do next. A door makes of it what it has: a command, a button, a link.</summary>
/// <param name="Act">The act.</param>
/// <param name="Of">Run or pipeline that the act is done with; null for the one that the problem is of.</param>
public sealed record NextStep(NextAct Act, string? Of = null)
{
    /// <summary>The command that does it. Only the command line adds it, to its own answers; null elsewhere.</summary>
    public string? Command { get; init; }

    /// <summary>The same step, with what it is done with named.</summary>
    /// <param name="run">The run that the problem is of; null for none.</param>
    /// <param name="pipeline">The pipeline that the problem is of; null for none.</param>
    public NextStep For(string? run, string? pipeline) => this with
    {
        Of = Of ?? Act switch
        {
            NextAct.ApproveRun or NextAct.UndoRun or NextAct.CancelRun => run,
            NextAct.RunPipeline or NextAct.ReadEverything or NextAct.MakePlan => pipeline,
            _ => null,
        },
    };
}
