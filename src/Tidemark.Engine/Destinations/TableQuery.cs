namespace Tidemark.Engine.Destinations;

/// <summary>The rows of a table that are wanted, as the database holds them: those too that are marked deleted.</summary>
/// <param name="Table">Name of the table, unquoted.</param>
/// <param name="Limit">Rows at most.</param>
public sealed record TableQuery(string Table, int Limit)
{
    /// <summary>Columns wanted; empty for all. Those of the key and of the order come along.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Conditions, all of which hold.</summary>
    public IReadOnlyList<RowCondition> Conditions { get; init; } = [];

    /// <summary>The order; the key decides between equals, and rows without a value come last.</summary>
    public IReadOnlyList<SortedColumn> Order { get; init; } = [];

    /// <summary>The place of the row behind which to begin, as an earlier page gave it; null for the first.</summary>
    public IReadOnlyList<string?>? After { get; init; }

    /// <summary>Whether all rows that meet the conditions are counted, which reads the whole table.</summary>
    public bool IsCounted { get; init; } = true;
}

/// <summary>A condition on one column.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Comparison">How it is compared.</param>
/// <param name="Value">Text of the value; <c>true</c> or <c>false</c> for <see cref="Comparison.IsNull"/>.</param>
public sealed record RowCondition(string Column, Comparison Comparison, string Value);

/// <summary>How a column is compared with a value. A row without a value in the column meets <see cref="IsNull"/> alone.</summary>
public enum Comparison
{
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,

    /// <summary>The column's text has the value somewhere, letter for letter.</summary>
    Contains,

    IsNull,
}

/// <summary>A column that rows are sorted by.</summary>
public sealed record SortedColumn(string Name, bool IsDescending = false);

/// <summary>A part of a table.</summary>
/// <param name="Columns">Columns of the rows, in the table's order.</param>
/// <param name="Rows">The rows, each a JSON object.</param>
/// <param name="Total">Rows that meet the conditions, on all pages; 0 where they were not counted.</param>
/// <param name="Next">Place of the last row; null where it is the last of all.</param>
public sealed record QueriedPage(
    IReadOnlyList<TableColumn> Columns, IReadOnlyList<System.Text.Json.JsonElement> Rows, long Total, IReadOnlyList<string?>? Next);
