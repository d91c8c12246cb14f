using Shouldly;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Scheduling;

public sealed class CleanupTests : IDisposable
{
    private readonly ScheduledHome _home = new(new SqliteHome());

    public CleanupTests() => _home.Now = ScheduledHome.At("2027-03-01T10:00Z");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S1_15_S2_11_logs_of_old_runs_go_once_a_day_and_their_figures_stay()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p"));
        var old = await RunAsync();
        _home.Now = ScheduledHome.At("2027-05-31T10:00Z"); // 91 days later
        var recent = await RunAsync();
        await using var server = await _home.OpenAsync();
        var cleanup = server.Cleanup(keepDays: 90);

        (await cleanup.LookAsync(TestHome.Cancelled)).ShouldNotBeNull().Runs.ShouldBe(1);
        (await server.History.LogsAsync(old, 0, 10, TestHome.Cancelled)).ShouldBeEmpty();
        (await server.History.LogsAsync(recent, 0, 10, TestHome.Cancelled)).ShouldNotBeEmpty();
        (await server.Runs.FindAsync(old, TestHome.Cancelled)).Status.ShouldBe(RunStatus.Succeeded);
        _home.Now += TimeSpan.FromHours(23);
        (await cleanup.LookAsync(TestHome.Cancelled)).ShouldBeNull("a day has not gone by");
        _home.Now += TimeSpan.FromHours(1);
        (await cleanup.LookAsync(TestHome.Cancelled)).ShouldNotBeNull().Runs.ShouldBe(0);
    }

    [Fact]
    public async Task S2_11_with_zero_days_logs_are_kept_for_ever()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p"));
        var old = await RunAsync();
        _home.Now = ScheduledHome.At("2037-03-01T10:00Z");
        await using var server = await _home.OpenAsync();

        (await server.Cleanup(keepDays: 0).LookAsync(TestHome.Cancelled)).ShouldNotBeNull().Runs.ShouldBe(0);
        (await server.History.LogsAsync(old, 0, 10, TestHome.Cancelled)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task S1_15_of_several_servers_one_cleans_up_each_day()
    {
        await using var one = await _home.OpenAsync();
        await using var other = await _home.OpenAsync();
        for (var day = 0; day < 3; day++)
        {
            var cleaned = await Task.WhenAll(new[] { one, other, one, other }.Select(server => Task.Run(() => server.Cleanup(90).LookAsync(TestHome.Cancelled))));
            cleaned.Count(each => each is not null).ShouldBe(1);
            _home.Now += TimeSpan.FromDays(1);
        }
    }

    [Fact]
    public async Task S1_15_a_folder_of_backups_that_cannot_be_read_keeps_nothing_else_from_being_cleaned_up()
    {
        var broken = Path.Combine(_home.Catalog.Folder, "broken");
        await _home.SaveAsync(ScheduledHome.Pipeline("a") with { Backup = new() { Folder = broken } }, ScheduledHome.Pipeline("p"));
        await File.WriteAllTextAsync(broken, "a file where a folder should be", TestHome.Cancelled);
        await RunAsync();
        _home.Now = ScheduledHome.At("2027-07-01T10:00Z");
        await using var server = await _home.OpenAsync();

        (await server.Cleanup(90).LookAsync(TestHome.Cancelled)).ShouldNotBeNull().Runs.ShouldBe(1);
    }

    private async Task<string> RunAsync()
    {
        await using var command = await _home.OpenAsync();
        var run = await command.StartAsync(new SyncRun("p"), new(RunTrigger.Command, "ada"), null, TestHome.Cancelled);
        await using var journal = (await (await _home.Catalog.QueueAsync()).ClaimNextAsync(TestHome.Cancelled)).ShouldNotBeNull();
        await journal.LogAsync(RunLogLevel.Info, null, "It ran.", TestHome.Cancelled);
        await journal.FinishAsync(new(journal.Run, journal.Pipeline, journal.Mode, RunStatus.Succeeded, [], 1), TestHome.Cancelled);
        return run.Id;
    }
}
