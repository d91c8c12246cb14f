using System.Runtime.CompilerServices;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

/// <summary>However a run ends, its record says so in the same words for every kind.</summary>
public sealed class RunShellTests : IDisposable
{
    private readonly SqliteHome _home = new();

    public static TheoryData<RunRequest> Kinds { get; } =
    [
        new SyncRun("p"), new DryRun(new SyncRun("p")), new UndoRun("p", "r-1"), new RestoreRun("p", "b.zip", RestoreMode.Missing),
    ];

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public async Task A_lost_lease_ends_every_kind_of_run_in_the_same_words(RunRequest request)
    {
        var end = await RunAsync(request, async run =>
        {
            await _home.ExecuteAsync("UPDATE leases SET expires_at = 0");
            await (await _home.RunsAsync()).ReconcileAsync(TestHome.Cancelled);
            await Task.Delay(Timeout.Infinite, run.Stop);
            return RunStatus.Succeeded;
        });

        Words(end).ShouldBe((RunStatus.Failed, "run.lease_lost", "Another process has taken this run over."));
        var recorded = await RecordedAsync(end);
        (recorded.Status, recorded.Problems.Single().Code).ShouldBe((RunStatus.Failed, "run.interrupted"), "the other's word stands");
    }

    [Theory]
    [MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public async Task A_request_to_stop_ends_every_kind_of_run_in_the_same_words(RunRequest request)
    {
        var end = await RunAsync(request, async run =>
        {
            await (await _home.RunsAsync()).RequestCancelAsync(run.Journal.Run, TestHome.Cancelled);
            await Task.Delay(Timeout.Infinite, run.Stop);
            return RunStatus.Succeeded;
        });

        Words(end).ShouldBe((RunStatus.Cancelled, "run.cancelled", "The run was cancelled."));
        (await RecordedAsync(end)).Status.ShouldBe(RunStatus.Cancelled);
    }

    [Theory]
    [MemberData(nameof(Kinds), DisableDiscoveryEnumeration = true)]
    public async Task A_defect_ends_every_kind_of_run_in_the_same_words(RunRequest request)
    {
        var end = await RunAsync(request, _ => throw new InvalidOperationException("This cannot be."));

        Words(end).ShouldBe((RunStatus.Failed, "defect.unexpected", "InvalidOperationException: This cannot be."));
        end.Refusal.ShouldBeNull();
        (await RecordedAsync(end)).Status.ShouldBe(RunStatus.Failed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P3_a_failure_is_recorded_with_all_its_problems_and_before_anything_was_read_the_asker_hears_it_too(bool hasBegun)
    {
        Problem[] problems = [new("source.down", "source \"a\"", "It is down."), new("setting.missing", "destination \"b\"", "It is missing.")];

        var end = await RunAsync(new SyncRun("p"), run =>
        {
            if (hasBegun) run.Begin(() => []);
            throw TidemarkException.ForAll(problems);
        });

        (end.Refusal is null).ShouldBe(hasBegun);
        (await RecordedAsync(end)).Problems.ShouldBe(problems);
    }

    [Fact]
    public async Task P5_a_failure_that_needs_approval_parks_the_run()
    {
        var end = await RunAsync(
            new SyncRun("p"), _ => throw new TidemarkException(FailureKind.Approval, "guard.too_many_deletes", "Too many."));

        end.Result.Status.ShouldBe(RunStatus.Parked);
    }

    [Fact]
    public async Task The_figures_so_far_are_in_the_record_of_a_run_that_failed()
    {
        StreamFigures figures = new("a", "t_a") { Read = 7, Created = 7 };

        var end = await RunAsync(new SyncRun("p"), run =>
        {
            run.Begin(() => [figures]);
            throw new TidemarkException(FailureKind.Transient, "postgres.gone", "It is gone.");
        });

        (await RecordedAsync(end)).Streams.ShouldBe([figures]);
    }

    [Fact]
    public void Nothing_but_the_shell_ends_a_run()
    {
        var source = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "..", "src", "Tidemark.Engine"));

        Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("journal.FinishAsync(", StringComparison.OrdinalIgnoreCase))
            .Select(Path.GetFileName).ShouldBe(["RunShell.cs"]);
    }

    private async Task<RunEnd> RunAsync(RunRequest request, Func<RunContext, Task<RunStatus>> work)
    {
        await using var journal = await (await _home.QueueAsync()).BeginAsync(
            new(request, new(RunTrigger.Command, null), WriteMode.Merge), TestHome.Cancelled);
        return await new RunShell(_home.Clock).RunAsync(journal, work, RunWatch.None, TestHome.Cancelled);
    }

    private async Task<RunResult> RecordedAsync(RunEnd end) =>
        (await (await _home.RunsAsync()).FindAsync(end.Result.Run, TestHome.Cancelled)).Result;

    private static (RunStatus Status, string Code, string Message) Words(RunEnd end)
    {
        var problem = end.Result.Problems.ShouldHaveSingleItem();
        return (end.Result.Status, problem.Code, problem.Message);
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
