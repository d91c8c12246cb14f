namespace Tidemark.Engine.Destinations.Writing;

/// <summary>The table of a stream that an operation works on.</summary>
public enum RowPlace
{
    /// <summary>The table that readers see.</summary>
    Live,

    /// <summary>The staging beside it.</summary>
    Staging,
}
