using System.Text.Json.Serialization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Pipeline;

namespace Tidemark.Engine.Wire;

/// <summary>One step of a run.</summary>
public sealed record StepAnswer
{
    /// <summary>E.g. <c>read</c>, <c>publish</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absent where it is about the whole run.</summary>
    public string? Stream { get; init; }

    public required StepStatus Status { get; init; }

    public string? Detail { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Absent while it goes on.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? FinishedAt { get; init; }

    public static StepAnswer Of(RunStep step) => new()
    {
        Name = step.Name,
        Stream = step.Stream,
        Status = step.Status,
        Detail = step.Detail,
        StartedAt = step.StartedAt,
        FinishedAt = step.FinishedAt,
    };
}

/// <summary>The rows that a run changed.</summary>
/// <param name="Tables">How many, table by table.</param>
/// <param name="Rows">The rows that are listed.</param>
public sealed record RowsAnswer(IReadOnlyList<TouchedTableAnswer> Tables, IReadOnlyList<TouchedRowAnswer> Rows)
{
    public static RowsAnswer Of(RunRecord run, IReadOnlyList<ToldTable> tables) => new(
        [.. tables.Select(told => TouchedTableAnswer.Of(run, told))],
        [.. tables.SelectMany(told => told.Table.Rows.Select(row => TouchedRowAnswer.Of(run, told.Table, row)))]);
}
