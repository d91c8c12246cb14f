namespace Tidemark.Engine.Destinations;

/// <summary>What a stream's rows are written into.</summary>
public enum StagingShape
{
    /// <summary>The live table itself.</summary>
    Direct,

    /// <summary>A staging that becomes the live table by its name, because there is none yet.</summary>
    BecomesLive,

    /// <summary>A staging that holds what differs from the live table.</summary>
    Difference,

    /// <summary>The same before there is a live table, which is made when it is published.</summary>
    DifferenceWithoutLive,
}
