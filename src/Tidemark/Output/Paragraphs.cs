using Spectre.Console;

namespace Tidemark.Output;

/// <summary>Sentences of any length: what does not fit a row of the terminal goes on in the next, to the right of where it began.</summary>
internal static class Paragraphs
{
    private const int Step = 2;

    /// <param name="console">Where it goes.</param>
    /// <param name="text">The sentence. With spaces before it, further rows have two more; else they have none.</param>
    /// <param name="colour">Its colour; null for that of plain text.</param>
    /// <param name="label">What stands before it in the first row alone.</param>
    public static void WriteParagraph(this IAnsiConsole console, string text, Color? colour = null, string label = "")
    {
        var sentence = text.TrimStart(' ');
        var before = new string(' ', text.Length - sentence.Length) + label;
        var further = label.Length > 0 ? Cells.Count(before) : before.Length > 0 ? before.Length + Step : 0;
        var width = console.Profile.Width;
        IEnumerable<string> rows = Cells.Count(before + sentence) <= width ? [sentence] : Cells.Wrap(sentence, width - further);
        foreach (var (at, row) in rows.Index())
            console.WriteLine((at == 0 ? before : new string(' ', further)) + row, colour is { } own ? new Style(own) : null);
    }
}
