namespace Tidemark.Engine.Destinations;

/// <summary>Of which records values go back.</summary>
public enum WriteBackWhen
{
    /// <summary>Of every record that was read and is a row now.</summary>
    Read,

    /// <summary>Of those whose row the run created or updated.</summary>
    Changed,
}
