namespace Tidemark.Engine.Runs;

/// <summary>What a run is, whatever its mode: the type of its request.</summary>
public enum RunKind
{
    Sync,

    /// <summary>Says what a run would change, and changes nothing.</summary>
    DryRun,

    /// <summary>Reads the keys alone and deletes what is gone.</summary>
    Deletions,

    /// <summary>Reads a range of time again.</summary>
    Backfill,

    /// <summary>Carries a saved plan out.</summary>
    Plan,

    /// <summary>Continues a run that waited for approval.</summary>
    Approve,

    /// <summary>Takes another run back.</summary>
    Undo,

    /// <summary>Brings a backup back.</summary>
    Restore,

    /// <summary>Makes a backup.</summary>
    Backup,

    /// <summary>Empties the tables.</summary>
    Clear,

    /// <summary>Brings tables of a database into step with those of another one.</summary>
    Transfer,
}

/// <summary>What kinds of runs have in common.</summary>
internal static class RunKinds
{
    /// <summary>Whether a run is for bringing the destination into step with the source.</summary>
    public static bool BringsIntoStep(this RunKind kind) => kind is RunKind.Sync or RunKind.Deletions or RunKind.Plan or RunKind.Approve or RunKind.Transfer;

    /// <summary>Whether a run works on the destination alone.</summary>
    public static bool ReadsNoSource(this RunKind kind) => kind is RunKind.Undo or RunKind.Restore or RunKind.Backup or RunKind.Clear;
}
