namespace Tidemark.Engine.Errors;

/// <summary>An act that a problem leads to.</summary>
public enum NextAct
{
    /// <summary>Let a parked run go on.</summary>
    ApproveRun,

    /// <summary>Take back what a run changed.</summary>
    UndoRun,

    /// <summary>Stop a run.</summary>
    CancelRun,

    /// <summary>Look at earlier runs.</summary>
    ListRuns,

    /// <summary>Run a pipeline.</summary>
    RunPipeline,

    /// <summary>Run a pipeline so that it reads everything.</summary>
    ReadEverything,

    /// <summary>Make a plan of a pipeline's run, and save it.</summary>
    MakePlan,

    /// <summary>Carry a saved plan out.</summary>
    CarryOutPlan,

    /// <summary>Look at the records in quarantine.</summary>
    ListQuarantine,

    /// <summary>Look at the backups.</summary>
    ListBackups,

    /// <summary>Restore a backup.</summary>
    RestoreBackup,

    /// <summary>Save definitions from a file.</summary>
    SaveDefinitions,

    /// <summary>Forget secrets whose key is lost.</summary>
    ForgetSecrets,

    /// <summary>Name another home folder.</summary>
    ChooseHome,
}
