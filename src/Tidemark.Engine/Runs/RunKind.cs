namespace Tidemark.Engine.Runs;

/// <summary>What a run is, whatever its mode.</summary>
public enum RunKind
{
    Sync,

    /// <summary>Reads the keys alone and deletes what is gone.</summary>
    Deletions,

    /// <summary>Carries a saved plan out.</summary>
    Plan,

    /// <summary>Goes on for a run that waited for approval.</summary>
    Approve,

    /// <summary>Takes another run back.</summary>
    Undo,

    /// <summary>Brings a backup back.</summary>
    Restore,
}
