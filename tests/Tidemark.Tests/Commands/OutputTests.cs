using Shouldly;
using Spectre.Console;
using Tidemark.Commands;
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

    [Theory]
    [InlineData(60, "run started status")]
    [InlineData(80, "run pipeline what started status")]
    [InlineData(120, "run pipeline what started time status read written deleted")]
    public void Runs_say_what_when_and_how_it_came_out_at_any_width(int width, string headings)
    {
        string[] ids = ["r-20261122-101530-0a1b2c", "r-20261122-101530-0b1b2c", "r-20261121-101530-0a1b2c"];
        var runs = ids.Select(id => new RunRecord(
            id, new Engine.Runs.UndoRun("payments", ids[2]), new(RunTrigger.Command, null), DateTimeOffset.UnixEpoch, null,
            new RunResult(id, "payments", WriteMode.Merge, RunStatus.Succeeded, [new("customers", "customers") { Read = 1_000_000 }], 83) { Kind = RunKind.Undo })).ToList();

        var lines = Written(width, console => RunsVerb.Table([.. runs.Select(run => (run.Result, (DateTimeOffset?)run.StartedAt))], _ => "2026-11-22T10:15:30+01:00").Write(console));

        string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(headings);
        lines.ShouldAllBe(line => line.Length <= width);
        foreach (var (line, id) in lines.Skip(2).Zip(ids))
        {
            line.ShouldContain("2026-11-22T10:15:30+01:00");
            line.ShouldContain("succeeded");
            // What stands for the id is the beginning of this one alone.
            var shown = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            ids.Where(other => other.StartsWith(shown, StringComparison.Ordinal) || other[2..].StartsWith(shown, StringComparison.Ordinal)).ShouldBe([id]);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_table_is_wider_than_the_terminal_and_no_number_is_cut(int width)
    {
        var table = new FittingTable();
        table.Add("name", ["顧客と注文の明細書および支払いの記録の一覧表です", "a_name_without_an_end_" + new string('x', 100), "👨‍👩‍👧‍👦"]);
        table.Add("number", ["123,456,789", "1", "12"], isNumber: true);
        table.Add("reason", ["one two three four five six seven eight nine ten eleven twelve thirteen fourteen", "short", ""], wraps: true);
        table.Add("time", ["0.1 s", "", ""], isNumber: true, rank: 1);

        var lines = Written(width, table.Write);

        lines.ShouldAllBe(line => Cells.Count(line) <= width);
        lines.ShouldContain(line => line.Contains("123,456,789", StringComparison.Ordinal));
        string.Concat(lines).Replace(" ", "", StringComparison.Ordinal).ShouldContain(width < 80 ? "fourteen" : "thirteenfourteen");
    }

    [Fact]
    public void A_moment_is_on_the_person_s_clock_with_its_offset_and_can_be_typed_again()
    {
        var clock = new StepClock();
        var moment = new DateTimeOffset(2026, 7, 1, 22, 30, 5, TimeSpan.Zero);

        Moments.Text(moment, clock).ShouldBe("2026-07-01T23:30:05+01:00");
        Moments.Text(moment, TimeProvider.System).ShouldMatch(@"^2026-07-0[12]T\d\d:\d\d:05(Z|[+-]\d\d:\d\d)$");
        foreach (var each in new[] { clock, TimeProvider.System }) Moment.Past("--since", Moments.Text(moment, each), each).ShouldBe(moment);
        Moment.Past("--since", "2026-07-01T22:30:05Z", clock).ShouldBe(moment);
        Moment.Past("--since", "2026-07-01 23:30:05", clock).ShouldBe(moment, "without an offset it is the person's clock");
    }

    [Theory]
    [InlineData(-0.2, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(11_100, "3 h 05 min")]
    public void A_duration_is_never_negative_and_never_has_sixty_seconds(double seconds, string shown) => RunReport.Seconds(seconds).ShouldBe(shown);

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

    [Theory]
    [InlineData("one two three four", "", "one two three|four")]
    [InlineData("  one two three four", "", "  one two|    three four")]
    [InlineData("  one two three", "", "  one two three")]
    [InlineData("  one two three", "NAME  ", "  NAME  one two|        three")]
    public void A_sentence_goes_on_to_the_right_of_where_it_began(string text, string label, string rows) =>
        Written(15, console => console.WriteParagraph(text, label: label)).ShouldBe(rows.Split('|'));

    private static List<string> Written(int width, Action<IAnsiConsole> write)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        write(console);
        return [.. output.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }

    private static string[] Words(StringWriter output) =>
        output.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
