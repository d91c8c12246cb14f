using System.Globalization;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Crash;

/// <summary>
/// P1, P8: whatever changes tables is killed (SIGKILL) where any of its steps begins and ends, and at moments all over it.
/// How many of those is set by TIDEMARK_TEST_KILLS, default 4 a destination and kind of work.
/// </summary>
public abstract class CrashMatrix
{
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("TIDEMARK_TEST_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract SqlWorkbench OpenDatabase();

    [Fact]
    public async Task P1_P8_a_refresh_that_is_killed_leaves_old_rows_or_new_ones_and_is_done_by_the_next()
    {
        await using var site = await OpenAsync();
        var course = await KillAsync(
            site, course => [.. course.Boundaries, .. course.Moments(0, Kills)], () => RefreshAsync(site));
        course.Steps.Distinct().ShouldBe(["plan", "backup", "read", "guard", "publish", "clear", "write back"]);
    }

    [Fact]
    public async Task P9_a_write_back_that_is_killed_is_finished_by_the_next_run()
    {
        await using var site = await OpenAsync();
        await KillAsync(site, course => [.. course.Moments(course.BeginOf("write back"), Kills)], () => RefreshAsync(site));
    }

    [Fact]
    public async Task P1_P8_a_restore_that_is_killed_leaves_old_rows_or_new_ones_and_can_be_repeated()
    {
        await using var site = await OpenAsync();
        var restored = await site.AllAsync();
        var backup = (await site.Home.RunAsync(new BackupRun(site.Pipeline.Name), new(RunTrigger.Command, null), RunWatch.None, Stop)).Backup!.Name;
        var course = await KillAsync(site, course => [.. course.Boundaries, .. course.Moments(0, Kills)], async () =>
        {
            await site.Database.ExecuteAsync("UPDATE contacts SET last_name = 'by hand'");
            await site.Database.ExecuteAsync("DELETE FROM accounts WHERE id IN (SELECT id FROM accounts ORDER BY id LIMIT 100)");
            var changed = await site.AllAsync();
            return new(["backup", "restore", backup, "--exact"], async at =>
            {
                ShouldBeOneOf(await site.AllAsync(), changed, restored, at);
                await site.RunAsync(new RestoreRun(site.Pipeline.Name, backup, RestoreMode.Exact));
                ShouldBeThose(await site.AllAsync(), restored, at);
                await site.SucceedAsync(WriteMode.Merge);
                ShouldBeThose(await site.RowsAsync(), await site.TruthAsync(), at);
            });
        });
        course.Steps.ShouldBe(["verify", "restore"]);
    }

    [Fact]
    public async Task P1_P7_an_undo_that_is_killed_has_undone_everything_or_nothing_and_can_be_undone()
    {
        await using var site = await OpenAsync();
        var course = await KillAsync(site, course => [.. course.Boundaries, .. course.Moments(0, Kills)], async () =>
        {
            var before = await site.AllAsync();
            await site.ChangeAsync();
            var run = (await site.SucceedAsync(WriteMode.Replace)).Run;
            var after = await site.AllAsync();
            return new(["run", "undo", run], async at =>
            {
                ShouldBeOneOf(await site.AllAsync(), before, after, at);
                var undo = await UndoneByAsync(site, run);
                var again = await site.UndoAsync(run);
                if (undo is null) CrashSite.ShouldBeWhole(again);
                else again.Problems.ShouldHaveSingleItem().Code.ShouldBe("undo.already", at);
                ShouldBeThose(await site.AllAsync(), before, at);
                CrashSite.ShouldBeWhole(await site.UndoAsync(undo ?? again.Run));
                ShouldBeThose(await site.AllAsync(), after, at);
            });
        });
        course.Steps.ShouldBe(["undo"]);
    }

    private async Task<CrashSite> OpenAsync()
    {
        var site = new CrashSite(OpenDatabase());
        await site.PrepareAsync();
        return site;
    }

    /// <summary>Lets the work be done once, then kills it at every point and looks each time at what is left.</summary>
    private static async Task<StepCourse> KillAsync(
        CrashSite site, Func<StepCourse, IReadOnlyList<KillPoint>> choose, Func<Task<Work>> prepareAsync)
    {
        var watch = new StepWatch(site.Program);
        var course = await FollowAsync(0);
        var points = choose(course);
        // Moments that do not count from the beginning are spread over the time that is left there.
        if (points[0] is { Events: > 0 and var from }) points = choose(await FollowAsync(from));
        var killed = 0;
        foreach (var point in points)
        {
            var work = await prepareAsync();
            if (await site.Program.KillAsync(watch.At(point), work.Arguments)) killed++;
            var at = $"killed {point.After.TotalMilliseconds:0} ms after event {point.Events} of {string.Join(", ", course.Steps)}";
            await site.ShouldHaveWholeBackupsAsync();
            await work.LookAsync(at);
            await site.ShouldHaveNothingLeftAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{killed} of {points.Count} killed; the others had come to their end.");
        killed.ShouldBePositive();
        return course;

        async Task<StepCourse> FollowAsync(int events)
        {
            var work = await prepareAsync();
            var followed = await watch.FollowAsync(events, work.Arguments);
            await work.LookAsync("without a kill");
            return followed;
        }
    }

    private static async Task<Work> RefreshAsync(CrashSite site)
    {
        var before = await site.RowsAsync();
        await site.ChangeAsync();
        var after = await site.TruthAsync();
        var waiting = await site.NotGivenBackAsync();
        return new(["sync", "crm", "--refresh"], async at =>
        {
            var left = await site.RowsAsync();
            ShouldBeOneOf(left, before, after, at);
            var open = await site.NotGivenBackAsync();
            // Nothing goes back before its row is there; then it does, or is still to.
            if (left.SequenceEqual(before)) open.ShouldBe(waiting, at);
            else open.ShouldBeSubsetOf(await site.OutboxAsync(), at);

            await site.SucceedAsync(WriteMode.Refresh);
            ShouldBeThose(await site.RowsAsync(), after, at);
            (await site.OutboxAsync()).ShouldBeEmpty(at);
            (await site.NotGivenBackAsync()).ShouldBeEmpty(at);
        });
    }

    private static async Task<string?> UndoneByAsync(CrashSite site, string run) =>
        (await site.Database.QueryAsync($"SELECT DISTINCT undone_by FROM _tidemark_undo WHERE run = '{run}'"))
            .ShouldHaveSingleItem() is { Length: > 0 } undo ? undo : null;

    /// <summary>Tells the first difference, and not all rows.</summary>
    private static void ShouldBeThose(IReadOnlyList<string> rows, IReadOnlyList<string> wanted, string at)
    {
        rows.Count.ShouldBe(wanted.Count, at);
        var (found, expected) = rows.Zip(wanted).FirstOrDefault(pair => pair.First != pair.Second);
        found.ShouldBe(expected, at);
    }

    private static void ShouldBeOneOf(IReadOnlyList<string> rows, IReadOnlyList<string> before, IReadOnlyList<string> after, string at) =>
        (rows.SequenceEqual(before) || rows.SequenceEqual(after)).ShouldBeTrue($"neither the old rows nor the new ones, {at}");

    /// <param name="Arguments">Arguments of the program to kill.</param>
    /// <param name="LookAsync">What must be true then; told where it was killed.</param>
    private sealed record Work(string[] Arguments, Func<string, Task> LookAsync);
}

public sealed class PostgresCrashMatrix : CrashMatrix
{
    protected override SqlWorkbench OpenDatabase() => new PostgresWorkbench();
}

public sealed class SqliteCrashMatrix : CrashMatrix
{
    protected override SqlWorkbench OpenDatabase() => new SqliteWorkbench();
}
