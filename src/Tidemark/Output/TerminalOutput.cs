using System.Text;
using Spectre.Console;

namespace Tidemark.Output;

/// <summary>Tells Spectre what is known already, instead of letting it ask the process's own console.</summary>
internal sealed class TerminalOutput(TextWriter writer, bool isTerminal, int pipeWidth) : IAnsiConsoleOutput
{
    public TextWriter Writer => writer;

    public bool IsTerminal => isTerminal;

    public int Width => isTerminal ? Terminal.Size().Width : pipeWidth;

    public int Height => isTerminal ? Terminal.Size().Height : 24;

    public void SetEncoding(Encoding encoding)
    {
        // The writer was made with one.
    }
}
