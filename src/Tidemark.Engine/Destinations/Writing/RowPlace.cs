namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Which of a stream's tables an operation is on.</summary>
public enum RowPlace
{
    /// <summary>The table that readers see.</summary>
    Live,

    /// <summary>The staging beside it.</summary>
    Staging,
}
