using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Runs;

public sealed class RunJsonTests
{
    [Fact]
    public void A_plain_run_is_one_line_of_the_documented_shape()
    {
        var run = new RunResult("r-1", "p \"ü\"", WriteMode.Merge, RunStatus.Succeeded,
            [new("customers", "shop_customers") { Read = 3, Created = 2, Unchanged = 1, Seconds = 0.25 }], 1.23456);

        RunJson.Write(run).ShouldBe("""
            {"run":"r-1","pipeline":"p \"ü\"","kind":"sync","mode":"merge","status":"succeeded","streams":[{"stream":"customers","table":"shop_customers","read":3,"created":2,"updated":0,"unchanged":1,"skipped":0,"quarantined":0,"deleted":0,"written_back":0,"seconds":0.25}],"receipt":{"verified":false},"seconds":1.235}
            """);
    }

    [Theory]
    [InlineData(RunKind.Sync, "sync")]
    [InlineData(RunKind.DryRun, "dry_run")]
    [InlineData(RunKind.Deletions, "deletions")]
    [InlineData(RunKind.Plan, "plan")]
    [InlineData(RunKind.Approve, "approve")]
    [InlineData(RunKind.Undo, "undo")]
    [InlineData(RunKind.Restore, "restore")]
    [InlineData(RunKind.Backup, "backup")]
    [InlineData(RunKind.Clear, "clear")]
    public void A_run_says_what_it_is(RunKind what, string kind)
    {
        var written = RunJson.Write(Full("r-1") with { Kind = what });

        written.ShouldContain($"\"kind\":\"{kind}\"");
        RunJson.Write(RunJson.Read(written)).ShouldBe(written);
    }

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        var run = Full("r-1");

        var read = RunJson.Read(RunJson.Write(run));

        read.Streams.ShouldBe(run.Streams);
        read.Problems.ShouldBe(run.Problems);
        (read with { Streams = run.Streams, Problems = run.Problems }).ShouldBe(run);
    }

    internal static RunResult Full(string run) => new(run, "p", WriteMode.Replace, RunStatus.Partial,
    [
        new("a", "t_a")
        {
            Read = 21, Created = 1, Updated = 2, Unchanged = 3, Skipped = 4, Quarantined = 11, Deleted = 6,
            WrittenBack = 7, IsFull = true, Seconds = 8.125, Receipt = new(new(1, -2, long.MaxValue), new(1, -2, 3)),
        },
        new("b", "t_b") { Error = new("stripe.gone", "stream b", "It's \"gone\".", "Wait.") },
    ], 9.5)
    {
        Problems = [new("a.b", "run", "One."), new("c.d", "stream b", "Two.", "Do it.")],
    };
}
