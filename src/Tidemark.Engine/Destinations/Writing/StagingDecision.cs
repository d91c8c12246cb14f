namespace Tidemark.Engine.Destinations.Writing;

/// <summary>What becomes of what an earlier run left.</summary>
public enum StagingDecision
{
    /// <summary>This run resumes it.</summary>
    Resume,

    /// <summary>This run reads from the beginning.</summary>
    Begin,

    /// <summary>This run reads everything and compares it with the rows that are there.</summary>
    Compare,

    /// <summary>This run was to publish it, and it is no longer there: the run ends.</summary>
    Refuse,
}
