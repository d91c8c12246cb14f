using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>A row that a run changed.</summary>
public sealed record TouchedRowAnswer
{
    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    public required string Stream { get; init; }

    public required string Table { get; init; }

    /// <summary>What the run did; <c>written</c> where it is not known whether it created or updated the row.</summary>
    public required RowDeed Change { get; init; }

    /// <summary>The row's key, as text.</summary>
    public required string Key { get; init; }

    /// <summary>False where later runs have changed the row, and only the values before are known.</summary>
    public required bool AfterKnown { get; init; }

    /// <summary>The columns that differ, for an updated row; else all that have a value.</summary>
    public required IReadOnlyList<FieldAnswer> Fields { get; init; }

    public static TouchedRowAnswer Of(RunRecord run, TouchedTable table, TouchedRow row) => new()
    {
        Run = run.Id,
        Stream = table.Stream,
        Table = table.Table,
        Change = row.Deed,
        Key = row.Key,
        AfterKnown = row.IsAfterKnown,
        Fields = [.. row.Fields.Select(field => new FieldAnswer(field.Name, field.Before, field.After))],
    };
}

/// <summary>How many rows of a table a run changed; after the rows themselves.</summary>
public sealed record TouchedTableAnswer
{
    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    public required string Stream { get; init; }

    public required string Table { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; init; }

    public required long Deleted { get; init; }

    /// <summary>Rows that were created or updated, where that is not known.</summary>
    public required long Written { get; init; }

    /// <summary>How many of them are listed.</summary>
    public required int Listed { get; init; }

    /// <summary>What can no longer be told, a sentence each; empty where everything is.</summary>
    public required IReadOnlyList<string> Untold { get; init; }

    public static TouchedTableAnswer Of(RunRecord run, ToldTable told) => new()
    {
        Run = run.Id,
        Stream = told.Table.Stream,
        Table = told.Table.Table,
        Created = told.Table.Created,
        Updated = told.Table.Updated,
        Deleted = told.Table.Deleted,
        Written = told.Table.Written,
        Listed = told.Table.Rows.Count,
        Untold = told.Untold,
    };
}
