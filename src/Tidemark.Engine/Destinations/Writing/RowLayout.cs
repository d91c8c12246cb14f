using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>What the rows of one of a stream's tables consist of, whatever the database.</summary>
public sealed class RowLayout
{
    private readonly ColumnRule?[] _rules;
    private readonly LayoutColumn[] _columns;
    private readonly bool[] _isKey;
    private readonly bool _keepsRaw;

    /// <param name="plan">The stream's columns and policies.</param>
    /// <param name="kind">Kind of the table among the stream's tables.</param>
    public RowLayout(TablePlan plan, TableKind kind)
    {
        (Kind, _keepsRaw) = (kind, plan.KeepsRaw);
        _columns = [.. LayoutColumn.Of(plan, kind)];
        _isKey = [.. _columns.Select(column => column.Role == ColumnRole.Field && plan.Stream.Key.Contains(column.Name))];
        _rules =
        [
            .. _columns.Select(column => column.Role == ColumnRole.Takes
                ? new ColumnRule(plan.Stream, plan.Stream.Fields[column.Position].Ownership!) : null),
        ];
    }

    public TableKind Kind { get; }

    public IReadOnlyList<LayoutColumn> Columns => _columns;

    /// <summary>Per column, whether it is part of the key.</summary>
    public IReadOnlyList<bool> IsKeyColumn => _isKey;

    /// <summary>True for a staging that is compared with a live table.</summary>
    public bool IsDifference => Kind == TableKind.Difference;

    /// <summary>What a row has in a column; null for nothing. In a difference staging, some are bare.</summary>
    /// <param name="column">Position in <see cref="Columns"/>.</param>
    /// <param name="state">The row's state.</param>
    public ColumnRole? Content(int column, RowState state) => _columns[column].Role switch
    {
        ColumnRole.Hash when state is RowState.Unfit or RowState.Deletion => null,
        ColumnRole.Hash => ColumnRole.Hash,
        ColumnRole.Differs => ColumnRole.Differs,
        ColumnRole.DeletedAt => null,
        ColumnRole.Field when _isKey[column] => ColumnRole.Field,
        var role => IsBare(state) ? null : role,
    };

    /// <summary>
    /// Whether a row of this state is written with its key (and, where it is unchanged, its hash) alone. Whether a live row is still
    /// unchanged later, its record in <c>raw</c> tells; without one, the staging has to have its values.
    /// </summary>
    public bool IsBare(RowState state) => IsDifference && (state is RowState.Unfit or RowState.Deletion || (state is RowState.Unchanged && _keepsRaw));

    /// <summary>State of a row in a difference staging: 1 it differs, 0 it is equal, -1 it will be deleted.</summary>
    public static int Operation(RowState state) => state switch
    {
        RowState.Deletion => -1,
        RowState.Unchanged or RowState.Unfit => 0,
        _ => 1,
    };

    /// <summary>Whether an application's column takes the value of a row.</summary>
    /// <param name="column">Position in <see cref="Columns"/> of one whose role is <see cref="ColumnRole.Takes"/>.</param>
    /// <param name="batch">The batch that holds the row.</param>
    /// <param name="row">Number of the row in the batch.</param>
    public bool Takes(int column, RowBatch batch, int row) => _rules[column]!.Holds(batch, batch.Row(row));
}
