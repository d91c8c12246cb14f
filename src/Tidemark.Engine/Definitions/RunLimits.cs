namespace Tidemark.Engine.Definitions;

/// <summary>How far a run goes without a person.</summary>
public sealed record RunLimits
{
    /// <summary>The limits of a pipeline that names none.</summary>
    public static readonly RunLimits Usual = new();

    /// <summary>Share of a table's rows, in percent, that a run may delete before it parks and asks.</summary>
    public double MaxDeletedPercent { get; init; } = 15;

    /// <summary>Share of a table's rows, in percent, that a run may update before it parks and asks.</summary>
    public double MaxUpdatedPercent { get; init; } = 100;

    /// <summary>Rows of a table, deleted or updated, that never park a run whatever their share.</summary>
    public int MaxDeletedRows { get; init; } = 10;

    /// <summary>Share of a stream's records, in percent, that a run may quarantine before the stream fails.</summary>
    public double MaxQuarantinedPercent { get; init; } = 10;

    /// <summary>Records of a stream in quarantine that never fail it whatever their share.</summary>
    public int MaxQuarantinedRows { get; init; } = 10;
}
