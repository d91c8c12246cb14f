namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Kind of a table among a stream's tables.</summary>
public enum TableKind
{
    /// <summary>The live table, or a staging that becomes it by its name.</summary>
    Live,

    /// <summary>A batch's changes on their way into the live table.</summary>
    Changes,

    /// <summary>A staging that is compared with a live table.</summary>
    Difference,
}
