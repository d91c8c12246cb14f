using System.Runtime.CompilerServices;
using System.Text;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Runs;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>The result of a run as the catalog keeps it.</summary>
public sealed class StoredRunTests
{
    [Fact]
    public void A_stored_run_has_the_text_it_always_had()
    {
        var text = new StringBuilder();
        foreach (var run in Runs()) text.Append(RunJson.Write(run)).Append('\n');

        text.ToString().ShouldBeApproved("stored-runs.txt");
    }

    [Theory]
    [InlineData("first.json")]
    [InlineData("with-plan.json")]
    [InlineData("with-refresh.json")]
    [InlineData("with-kind.json")]
    public void A_run_that_an_older_build_stored_is_read_whole(string name)
    {
        var stored = File.ReadAllText(Stored(name)).TrimEnd();

        var read = RunJson.Read(stored);

        // What it did not say yet is the kind; what is no longer stored beside the figures are values of records.
        var again = JsonText.Line(RunAnswer.Of(read), RunJsonTypes.Default.RunAnswer);
        RunJson.Write(read).ShouldNotContain("\"after\":");
        (stored.Contains("\"kind\"", StringComparison.Ordinal)
            ? again : again.Replace("\"kind\":\"sync\",", "", StringComparison.Ordinal)).ShouldBe(stored);
    }

    [Fact]
    public void A_key_that_this_build_does_not_know_is_passed_over()
    {
        var run = RunJsonTests.Full("r-1");
        var newer = RunJson.Write(run).Replace("{\"run\"", "{\"later\":{\"a\":[1,null]},\"run\"", StringComparison.Ordinal);

        RunJson.Write(RunJson.Read(newer)).ShouldBe(RunJson.Write(run));
    }

    private static IEnumerable<RunResult> Runs()
    {
        var full = RunJsonTests.Full("r-1");
        yield return new("r-0", "p \"ü\" <&> ' \u2028 \ud83d\ude00 \u0001\n", WriteMode.Merge, RunStatus.Queued, [], 0);
        yield return full;
        yield return full with
        {
            Status = RunStatus.Planned,
            Kind = RunKind.Deletions,
            Plan = new([
                new("a", "t_a")
                {
                    Adds = 1, Updates = 2, Deletes = 3, Unchanged = long.MaxValue, Quarantined = 4, Digest = "0f",
                    Samples =
                    [
                        new(ChangeKind.Add, "k1", [new("name", null, "x"), new("n", null, "1")]),
                        new(ChangeKind.Update, "k2", [new("name", "x", null)]),
                        new(ChangeKind.Delete, "k3", []),
                    ],
                },
                new("b", "t_b"),
            ]),
        };
        yield return full with { Mode = WriteMode.Refresh, Status = RunStatus.Failed, Refresh = new(), Seconds = 1e-4 };
        yield return full with
        {
            Mode = WriteMode.Refresh,
            Kind = RunKind.Undo,
            Seconds = 123456.7891,
            Refresh = new()
            {
                Backup = new("n.zip", "/b/n.zip", "20251006_143000", 5, 6),
                Cleared = 0,
                Inserted = 7,
            },
        };
    }

    private static string Stored(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Stored", name);
}
