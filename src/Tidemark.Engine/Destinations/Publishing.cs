namespace Tidemark.Engine.Destinations;

/// <summary>How the tables of one run become live. Either way all do or none does, also after a crash.</summary>
public enum Publishing
{
    /// <summary>At one moment: readers see the old rows of all tables or the new ones, never a mix.</summary>
    AllAtOnce,

    /// <summary>
    /// One after the other. The plan is recorded first, so that the next run completes or undoes the publish of a killed run.
    /// Readers may see a new table beside an old one meanwhile.
    /// </summary>
    OneByOneWithIntents,
}
