using System.Text;

namespace Tidemark.Engine.Records;

/// <summary>Decides of each record whether an application's column takes the source's value.</summary>
public sealed class ColumnRule
{
    private readonly (int Position, byte[][] Values)[] _conditions;

    public ColumnRule(StreamSchema stream, ColumnOwnership ownership) =>
        _conditions =
        [
            .. ownership.When.Select(condition => (
                stream.Fields.Index().First(entry => entry.Item.Name == condition.Column).Index,
                condition.Values.Select(Encoding.UTF8.GetBytes).ToArray())),
        ];

    /// <param name="batch">The batch, which holds the cells' text.</param>
    /// <param name="cells">The cells of one row.</param>
    public bool Holds(RowBatch batch, ReadOnlySpan<Cell> cells)
    {
        foreach (var (position, values) in _conditions)
        {
            if (cells[position].Kind != CellKind.Bytes || !IsOneOf(batch.Bytes(cells[position]), values)) return false;
        }

        return true;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> text, byte[][] values)
    {
        foreach (var value in values)
        {
            if (text.SequenceEqual(value)) return true;
        }

        return false;
    }
}
