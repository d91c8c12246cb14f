using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tidemark.Output;

/// <summary>Lines that have been made to fit: written as they are, neither wrapped nor cut.</summary>
/// <param name="lines">Each of them, in parts of one style.</param>
internal sealed class TextLines(IReadOnlyList<IReadOnlyList<Segment>> lines) : Renderable
{
    public static Segment Plain(string text) => new(text);

    public static Segment Grey(string text) => new(text, new Style(Color.Grey));

    /// <summary>Cells of a line.</summary>
    public static int Count(IReadOnlyList<Segment> line) => line.Sum(part => part.IsControlCode ? 0 : Cells.Count(part.Text));

    /// <summary>A line in so many cells at most.</summary>
    public static IReadOnlyList<Segment> Cut(IReadOnlyList<Segment> line, int room)
    {
        if (Count(line) <= room) return line;
        var cut = new List<Segment>();
        foreach (var part in line)
        {
            var left = room - Count(cut);
            if (left <= 0) break;
            cut.Add(new Segment(Cells.Cut(part.Text, left), part.Style));
        }

        return cut;
    }

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var line in lines)
        {
            foreach (var part in line) yield return part;
            yield return Segment.LineBreak;
        }
    }
}
