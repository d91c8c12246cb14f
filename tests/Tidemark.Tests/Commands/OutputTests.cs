using Shouldly;
using Spectre.Console;
using Tidemark.Commands.Runs;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class OutputTests
{
    [Theory]
    [InlineData("Ada [bold]", "Ada [bold]")]
    [InlineData("two\r\nlines", "two  lines")]
    [InlineData("\e[31mred", @"\x1B[31mred")]
    [InlineData("\u009b31m", @"\x9B31m")]
    [InlineData("safe\u202Efdp.exe", @"safe\u202Efdp.exe")]
    [InlineData(null, "")]
    public void Text_of_others_cannot_steer_the_terminal(string? text, string shown) =>
        Printable.Of(text).ShouldBe(shown);

    [Theory]
    [InlineData(80, "name number time")]
    [InlineData(24, "name number")]
    [InlineData(5, "name number")]
    public void A_narrow_terminal_leaves_out_what_matters_least(int width, string headings)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        var table = new FittingTable();
        table.Add("name", ["customers"]);
        table.Add("number", ["12"], isNumber: true);
        table.Add("time", ["0.1 s"], isNumber: true, rank: 1);

        table.Write(console);

        if (width > 5) string.Join(' ', Words(output)).ShouldBe(headings);
        else output.ToString().ShouldNotContain("time");
    }

    [Fact]
    public void What_a_run_was_is_told_at_80_columns_too()
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 80;
        StreamFigures read = new("customers", "customers") { Read = 1_000_000 };
        var run = new RunResult("r-20261122-101530-0a1b2c", "opportunities", WriteMode.Merge, RunStatus.Succeeded, [read], 83)
        {
            Kind = RunKind.Undo,
        };

        RunsVerb.Table([new(run.Run, new Engine.Runs.UndoRun(run.Pipeline, "r-20261121-101530-0a1b2c"), new(RunTrigger.Command, null), DateTimeOffset.UnixEpoch, null, run)], _ => "2026-11-22 10:15:30").Write(console);

        Words(output).ShouldBe(["run", "pipeline", "what", "status", "read"]);
        output.ToString().ShouldContain(" undo ");
        output.ToString().Split('\n').ShouldAllBe(line => line.TrimEnd().Length <= 80);
    }

    [Fact]
    public async Task A_defect_is_one_sentence_and_tells_no_secret()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, error, name =>
            name == "TIDEMARK_HOME" ? throw new FormatException("password=hunter2") : null);

        var code = await TidemarkCommand.InvokeAsync(["runs"], terminal, TimeProvider.System, CommandBench.Cancel);

        code.ShouldBe(1);
        error.ToString().ShouldNotContain("hunter2");
        error.ToString().ShouldContain("(defect.unexpected)");
    }

    private static string[] Words(StringWriter output) =>
        output.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
