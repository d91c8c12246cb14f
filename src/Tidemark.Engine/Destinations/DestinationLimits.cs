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

    /// <summary>Bytes that the values of one row may take by <see cref="Records.RowSpace"/>, where long ones are kept elsewhere.</summary>
    public int MaxRowBytes { get; init; } = int.MaxValue;

    /// <summary>What readers may see while several tables are published.</summary>
    public Publishing Publishing { get; init; }
}
