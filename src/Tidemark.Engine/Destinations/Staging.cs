namespace Tidemark.Engine.Destinations;

/// <summary>Where the rows of a stream go before they are live, and whose they are meanwhile.</summary>
public enum Staging
{
    /// <summary>Nowhere: rows are live as they are written.</summary>
    None,

    /// <summary>Into a staging that a later run may resume.</summary>
    Resumable,

    /// <summary>Into a staging that is compared with the live rows, and dropped where it is not published by the same run.</summary>
    Compared,
}
