namespace Tidemark.Engine.Destinations;

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
