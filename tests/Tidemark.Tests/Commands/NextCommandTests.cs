using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>The engine names acts; the command line, and only it, makes commands of them.</summary>
public sealed class NextCommandTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Every_act_has_a_command() =>
        Enum.GetValues<NextAct>().Select(act => NextCommand.Line(new NextStep(act))).ShouldBeUnique();

    [Theory]
    [InlineData("payments", "tidemark sync payments --full")]
    [InlineData("Italy Stripe", "tidemark sync 'Italy Stripe' --full")]
    [InlineData("O'Brien; rm -rf /", "tidemark sync 'O'\\''Brien; rm -rf /' --full")]
    [InlineData(null, "tidemark sync PIPELINE --full")]
    public void A_name_is_one_word_for_the_shell(string? name, string command) =>
        NextCommand.Line(new NextStep(NextAct.ReadEverything, name)).ShouldBe(command);

    [Fact]
    public void A_hint_ends_with_the_command_and_names_the_run_that_reports_it()
    {
        var problem = new Problem("guard.empty_source", "table t", "It is empty.", "If this is right, approve the run.")
        {
            Next = new NextStep(NextAct.ApproveRun),
        };

        var told = NextCommand.In(problem, run: "r-1", pipeline: "p");

        told.Hint.ShouldBe("If this is right, approve the run: tidemark run approve r-1");
        told.Next.ShouldBe(new NextStep(NextAct.ApproveRun, "r-1") { Command = "tidemark run approve r-1" });
        NextCommand.In(told, run: "r-2").ShouldBe(told);
    }

    [Fact]
    public void A_stored_run_keeps_its_next_steps_as_data()
    {
        var run = new RunResult("r-1", "p", WriteMode.Merge, RunStatus.Failed, [], 1)
        {
            Problems = [new("undo.unknown", "p", "It is gone.") { Next = new NextStep(NextAct.UndoRun, "r-0") }],
        };

        var line = RunJson.Write(run);

        RunJson.Read(line).Problems.ShouldHaveSingleItem().Next.ShouldBe(new NextStep(NextAct.UndoRun, "r-0"));
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("problems")[0].GetProperty("next").TryGetProperty("command", out _).ShouldBeFalse();
        // Written by a newer version.
        RunJson.Read(line.Replace("undo_run", "fly_to_the_moon", StringComparison.Ordinal)).Problems.ShouldHaveSingleItem().Next.ShouldBeNull();
    }

    [Fact]
    public async Task An_error_has_its_next_step_as_data_and_as_a_command()
    {
        await _bench.SaveEndsAsync(new("http://127.0.0.1:9/"));

        var answer = await _bench.RunAsync("backup", "restore", "../x", "--json");

        var next = answer.Line.GetProperty("error").GetProperty("next");
        next.GetProperty("act").GetString().ShouldBe("list_backups");
        next.GetProperty("command").GetString().ShouldBe("tidemark backup list");
        answer.Error.ShouldContain("tidemark backup list");
    }
}
