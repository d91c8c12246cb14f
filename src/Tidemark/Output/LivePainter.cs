using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tidemark.Output;

/// <summary>
/// Draws lines over those that it drew before. Where the terminal became narrower meanwhile, it has broken them: the rows that they
/// take now are counted anew.
/// </summary>
internal sealed class LivePainter(IAnsiConsole console)
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private const string ClearToEnd = "\e[J";
    private const string ClearRest = "\e[K";

    private List<int> _drawn = [];
    private bool _isHidden;

    /// <summary>Draws lines that fit the terminal.</summary>
    public void Draw(IReadOnlyList<IReadOnlyList<Segment>> lines)
    {
        var parts = new List<Segment> { Segment.Control(_isHidden ? Up() : HideCursor) };
        _isHidden = true;
        foreach (var line in lines)
        {
            parts.AddRange(line);
            parts.Add(Segment.Control(ClearRest));
            parts.Add(Segment.LineBreak);
        }

        parts.Add(Segment.Control(ClearToEnd));
        // One write, so that nobody sees half a frame.
        console.Write(new Frame(parts));
        _drawn = [.. lines.Select(TextLines.Count)];
    }

    /// <summary>Takes the lines away, so that others can stand there.</summary>
    public void Clear()
    {
        if (_drawn.Count > 0) console.Write(new Frame([Segment.Control(Up() + ClearToEnd)]));
        _drawn = [];
    }

    /// <summary>Takes the lines away and gives the cursor back.</summary>
    public void End()
    {
        Clear();
        if (_isHidden) console.Write(new Frame([Segment.Control(ShowCursor)]));
        _isHidden = false;
    }

    private string Up()
    {
        var width = Math.Max(1, console.Profile.Width);
        var rows = _drawn.Sum(cells => Math.Max(1, (cells + width - 1) / width));
        return rows > 0 ? $"\r\e[{rows}A" : "\r";
    }

    private sealed class Frame(IReadOnlyList<Segment> parts) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => parts;
    }
}
