using Spectre.Console;
using Tidemark.Engine.Runs;

namespace Tidemark.Output;

/// <summary>A line of a run's log as people read it.</summary>
internal static class LogLine
{
    public static void Write(IAnsiConsole console, TimeProvider clock, RunLogLine line)
    {
        var level = line.Level.ToString().ToLowerInvariant();
        var colour = line.Level switch { RunLogLevel.Error => "red", RunLogLevel.Warning => "yellow", _ => "grey" };
        console.MarkupLine($"{Moments.Text(line.At, clock)} [{colour}]{level,-7}[/] "
            + Markup.Escape(Printable.Of(line.Stream is null ? line.Message : $"{line.Stream}: {line.Message}")));
    }
}
