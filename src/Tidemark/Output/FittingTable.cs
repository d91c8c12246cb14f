using Spectre.Console;

namespace Tidemark.Output;

/// <summary>A table that leaves columns out on a narrow terminal, instead of breaking numbers in two.</summary>
internal sealed class FittingTable
{
    private readonly List<Column> _columns = [];

    /// <param name="name">Heading.</param>
    /// <param name="cells">One a row, as plain text.</param>
    /// <param name="isNumber">Numbers stand on the right.</param>
    /// <param name="rank">The column with the highest rank is left out first; rank 0 stays.</param>
    /// <param name="colour">Colour of a cell, by the cell's text.</param>
    public void Add(
        string name, IEnumerable<string> cells, bool isNumber = false, int rank = 0,
        Func<string, Color>? colour = null) =>
        _columns.Add(new(name, [.. cells.Select(Printable.Of)], isNumber, rank, colour));

    public void Write(IAnsiConsole console)
    {
        var columns = _columns.ToList();
        while (Width(columns) > console.Profile.Width && columns.MaxBy(column => column.Rank) is { Rank: > 0 } least)
            columns.Remove(least);

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var heading = new TableColumn(new Text(column.Name, Color.Grey));
            table.AddColumn(column.IsNumber ? heading.RightAligned() : heading);
        }

        for (var row = 0; row < columns[0].Cells.Count; row++)
        {
            table.AddRow(columns.Select(column =>
                new Text(column.Cells[row], column.Colour?.Invoke(column.Cells[row]))));
        }
        console.Write(table);
    }

    // A space on each side of a cell, and a border between and around them.
    private static int Width(List<Column> columns) =>
        1 + columns.Sum(column => 3 + column.Cells.Select(cell => cell.Length).Append(column.Name.Length).Max());

    private sealed record Column(
        string Name, IReadOnlyList<string> Cells, bool IsNumber, int Rank, Func<string, Color>? Colour);
}
