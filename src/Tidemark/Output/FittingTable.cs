using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tidemark.Output;

/// <summary>
/// A table that is never wider than the terminal. Where it would be, it gives way in this order: short forms take the place of long ones,
/// columns are left out by rank, long texts go on beneath, texts are cut. Numbers and what is whole are never cut.
/// </summary>
internal sealed class FittingTable
{
    private const int Margin = 2;
    private const int LeastWrapped = 24;
    private const int LeastCut = 8;

    private readonly List<Column> _columns = [];

    /// <param name="name">Heading.</param>
    /// <param name="cells">One a row, as plain text.</param>
    /// <param name="isNumber">Numbers stand on the right.</param>
    /// <param name="rank">The column with the highest rank is left out first; rank 0 stays; a column of a
    /// rank below 0 is left out only where cutting texts is not enough.</param>
    /// <param name="colour">Colour of a cell, by the cell's text.</param>
    /// <param name="wraps">Whether a text that does not fit goes on beneath.</param>
    /// <param name="isWhole">Whether a cell says nothing once it is cut, as a time does.</param>
    /// <param name="shortened">The same cells in a shorter form, where there is one.</param>
    public void Add(
        string name, IEnumerable<string> cells, bool isNumber = false, int rank = 0,
        Func<string, Color>? colour = null, bool wraps = false, bool isWhole = false,
        IEnumerable<string>? shortened = null) =>
        _columns.Add(new(name, [.. cells.Select(Printable.Of)], isNumber, rank)
        {
            IsWhole = isWhole || isNumber,
            Colour = colour,
            Wraps = wraps,
            Shortened = shortened is null ? null : [.. shortened.Select(Printable.Of)],
        });

    public void Write(IAnsiConsole console) => console.Write(new TextLines([.. Lines(console.Profile.Width), []]));

    /// <summary>Heading, rule and rows, none of them wider than the terminal.</summary>
    /// <param name="width">Cells of the terminal.</param>
    /// <param name="hasRule">Whether there is a rule under the heading.</param>
    public IReadOnlyList<IReadOnlyList<Segment>> Lines(int width, bool hasRule = true)
    {
        var columns = Fit(width);
        var widths = Widths(columns, width);
        List<IReadOnlyList<Segment>> lines = [Line(columns, widths, column => (column.Name, new Style(Color.Grey)))];
        if (hasRule) lines.Add([TextLines.Grey(new string('─', Math.Min(width, Total(widths))))]);
        for (var row = 0; row < columns[0].Cells.Count; row++)
        {
            var cells = columns.Zip(widths, (column, wide) => column.Wraps ? [.. Cells.Wrap(column.Cells[row], wide)] : new[] { column.Cells[row] }).ToList();
            for (var part = 0; part < cells.Max(cell => cell.Length); part++)
            {
                lines.Add(Line(columns, widths, column => (
                    cells[columns.IndexOf(column)].ElementAtOrDefault(part) ?? "",
                    column.Colour is { } colour ? new Style(colour(column.Cells[row])) : Style.Plain)));
            }
        }

        return [.. lines.Select(line => TextLines.Cut(line, width))];
    }

    private List<Column> Fit(int width)
    {
        var columns = _columns.ToList();
        if (IsTooWide()) columns = columns.ConvertAll(column => column.Shortened is { } shorter ? column with { Cells = shorter } : column);
        while (IsTooWide() && columns.MaxBy(column => column.Rank) is { Rank: > 0 } least) columns.Remove(least);
        while (Total(columns.ConvertAll(column => column.IsWhole ? column.Width : Math.Min(column.Width, LeastCut))) > width
            && columns.MinBy(column => column.Rank) is { Rank: < 0 } last) columns.Remove(last);
        return columns;

        bool IsTooWide() => Total(columns.ConvertAll(column => column.Wraps ? Math.Min(column.Width, LeastWrapped) : column.Width)) > width;
    }

    private static List<int> Widths(List<Column> columns, int width)
    {
        var widths = columns.ConvertAll(column => column.Width);
        // What wraps gives way first, then the widest text of those that are left.
        while (Total(widths) is var total && total > width)
        {
            var at = Widest(column => column.Wraps, LeastWrapped) ?? Widest(column => !column.IsWhole, LeastCut);
            if (at is not { } widest) break;
            var least = columns[widest].Wraps && widths[widest] > LeastWrapped ? LeastWrapped : LeastCut;
            widths[widest] = Math.Max(least, widths[widest] - (total - width));
        }

        return widths;

        int? Widest(Func<Column, bool> may, int least) => widths.Index()
            .Where(each => may(columns[each.Index]) && each.Item > least)
            .OrderByDescending(each => each.Item).Select(each => (int?)each.Index).FirstOrDefault();
    }

    private static List<Segment> Line(List<Column> columns, List<int> widths, Func<Column, (string Text, Style Style)> cell)
    {
        var line = new List<Segment>();
        foreach (var (at, column) in columns.Index())
        {
            var (text, style) = cell(column);
            line.Add(new Segment(new string(' ', Margin)));
            var isLast = at == columns.Count - 1 && !column.IsNumber;
            line.Add(new Segment(isLast ? Cells.Cut(text, widths[at]) : Cells.Fill(text, widths[at], column.IsNumber), style));
        }

        return line;
    }

    private static int Total(IEnumerable<int> widths) => widths.Sum(wide => Margin + wide);

    private sealed record Column(string Name, IReadOnlyList<string> Cells, bool IsNumber, int Rank)
    {
        public Func<string, Color>? Colour { get; init; }

        public bool Wraps { get; init; }

        public bool IsWhole { get; init; }

        public IReadOnlyList<string>? Shortened { get; init; }

        public int Width => Cells.Select(Output.Cells.Count).Append(Output.Cells.Count(Name)).Max();
    }
}
