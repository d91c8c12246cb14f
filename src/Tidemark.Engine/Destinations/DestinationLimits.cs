namespace Tidemark.Engine.Destinations;

/// <summary>How far a destination goes, as facts.</summary>
public sealed record DestinationLimits
{
    /// <summary>Columns that a table may have, the engine's own among them.</summary>
    public int MaxColumns { get; init; } = int.MaxValue;

    /// <summary>Bytes of UTF-8 that the name of a table or column may have.</summary>
    public int MaxNameBytes { get; init; } = int.MaxValue;

    /// <summary>Bytes that a record may have; larger ones go to quarantine.</summary>
    public int MaxRecordBytes { get; init; } = int.MaxValue;

    /// <summary>What readers may see while several tables are published.</summary>
    public Publishing Publishing { get; init; }
}

/// <summary>How the tables of one run become live. Either way all do or none does, also after a crash.</summary>
public enum Publishing
{
    /// <summary>At one moment: readers see the old rows of all tables or the new ones, never a mix.</summary>
    AllAtOnce,

    /// <summary>
    /// One after the other. What is to be done is recorded first, so that a run that is killed in between is finished, or
    /// taken back, by the next one. Readers may see a new table beside an old one meanwhile.
    /// </summary>
    OneByOneWithIntents,
}
