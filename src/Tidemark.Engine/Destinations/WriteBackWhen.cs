namespace Tidemark.Engine.Destinations;

/// <summary>The records whose values go back to the source.</summary>
public enum WriteBackWhen
{
    /// <summary>Every record that was read and is a row now.</summary>
    Read,

    /// <summary>Records whose row the run created or updated.</summary>
    Changed,
}
