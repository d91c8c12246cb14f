namespace Tidemark.Engine.Destinations;

/// <summary>What a stream's rows are written into.</summary>
public enum StagingShape
{
    /// <summary>The live table itself.</summary>
    Direct,

    /// <summary>A staging that is renamed to the live table, which does not exist yet.</summary>
    BecomesLive,

    /// <summary>A staging that holds what differs from the live table.</summary>
    Difference,

    /// <summary>The same before there is a live table, which is made when it is published.</summary>
    DifferenceWithoutLive,
}
