using Shouldly;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>What is told, once and to whom, whatever database the catalog is in.</summary>
public abstract class AlertPromises : IDisposable
{
    private readonly AlertHome _home;

    private protected AlertPromises(TestHome home) => _home = new(home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task S1_15_a_run_that_failed_is_told_once_with_what_to_do()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        var run = await _home.EndAsync(RunStatus.Failed, problems: new Problem("source.unreachable", "payments", "The vendor does not answer.", "Look at its status page.") { IsTransient = true });

        (await _home.LookAsync()).ShouldBe(["payments: failed"]);
        (await _home.LookAsync(later: TimeSpan.FromDays(1))).ShouldBeEmpty();

        var said = _home.Box.Tried.ShouldHaveSingleItem().Data.Alerts.ShouldHaveSingleItem();
        (said.Event, said.Severity, said.Pipeline, said.Run, said.Code).ShouldBe((AlertEvent.Failed, AlertSeverity.Critical, "payments", run, "source.unreachable"));
        (said.What, said.Next).ShouldBe(("The sync of payments failed: The vendor does not answer.", "Look at its status page."));
        said.State.ShouldBe("It failed before anything was read: the tables are as they were.");
    }

    [Fact]
    public async Task What_was_before_the_rule_is_nobody_s_news()
    {
        await _home.EndAsync(RunStatus.Failed);
        (await _home.LookAsync()).ShouldBeEmpty();
        await _home.EndAsync(RunStatus.Failed, "retail");
        _home.Now += TimeSpan.FromHours(1);
        await _home.SaveAsync(AlertEvent.Failed);

        (await _home.LookAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(RunStatus.Failed, AlertEvent.Failed, "payments: failed")]
    [InlineData(RunStatus.Partial, AlertEvent.Partial, "payments: partial")]
    [InlineData(RunStatus.Parked, AlertEvent.Parked, "payments: parked")]
    [InlineData(RunStatus.Succeeded, AlertEvent.Completed, "payments: completed")]
    public async Task An_end_is_told_to_those_who_want_to_hear_of_it_and_to_no_others(RunStatus status, AlertEvent what, string subject)
    {
        await _home.SaveAsync(
            new AlertDefinition("wants") { Events = [what] },
            new AlertDefinition("others") { Events = [.. Enum.GetValues<AlertEvent>().Where(other => other != what && other != AlertEvent.Late)] });
        await _home.EndAsync(status);

        (await _home.LookAsync()).ShouldBe([subject]);
        _home.Box.Tried.ShouldHaveSingleItem().Data.Rule.ShouldBe("wants");
    }

    [Fact]
    public async Task Dry_runs_and_cancelled_runs_are_nobody_s_news()
    {
        await _home.SaveAsync(Enum.GetValues<AlertEvent>());
        await _home.EndAsync(RunStatus.Failed, request: new DryRun(new SyncRun("payments")));
        await _home.EndAsync(RunStatus.Cancelled);

        (await _home.LookAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_frozen_schema_with_new_fields_is_told_as_what_it_is_and_once()
    {
        await _home.SaveAsync(AlertEvent.Failed, AlertEvent.SchemaChange);
        await _home.EndAsync(RunStatus.Failed, problems: new Problem("schema.frozen", "deals", "deals has new fields (score), and its schema is frozen.", "Set schema_changes."));

        (await _home.LookAsync()).ShouldBe(["payments: schema change"]);
        _home.Box.Tried.ShouldHaveSingleItem().Data.Alerts.ShouldHaveSingleItem().Next.ShouldBe("Set schema_changes.");
    }

    [Fact]
    public async Task A_problem_that_lasts_is_told_again_every_night_and_not_every_minute()
    {
        await _home.SaveAsync(AlertEvent.Failed, AlertEvent.Recovered);
        await _home.EndAsync(RunStatus.Failed);
        (await _home.LookAsync()).ShouldBe(["payments: failed"]);

        for (var times = 0; times < 3; times++)
        {
            await _home.EndAsync(RunStatus.Failed);
            (await _home.LookAsync(later: TimeSpan.FromMinutes(5))).ShouldBeEmpty();
        }

        _home.Now += TimeSpan.FromHours(23);
        await _home.EndAsync(RunStatus.Failed);
        (await _home.LookAsync()).ShouldBe(["payments: failed, 4 times"]);
        await _home.EndAsync(RunStatus.Succeeded);
        (await _home.LookAsync()).ShouldBe(["payments: recovered"]);
        await _home.EndAsync(RunStatus.Failed);
        (await _home.LookAsync()).ShouldBe(["payments: failed"]);
    }

    [Fact]
    public async Task Recovered_is_told_of_what_was_told_and_of_nothing_else()
    {
        await _home.SaveAsync(new AlertDefinition("problems") { Events = [AlertEvent.Failed], Pipelines = ["payments"] }, new AlertDefinition("ends") { Events = [AlertEvent.Recovered] });
        await _home.EndAsync(RunStatus.Failed);
        await _home.EndAsync(RunStatus.Failed, "retail");
        await _home.EndAsync(RunStatus.Failed, request: new BackupRun("payments"));
        (await _home.LookAsync()).ShouldBe(["2 messages: payments: failed; payments: failed"]);

        await _home.EndAsync(RunStatus.Succeeded, "retail");
        await _home.EndAsync(RunStatus.Succeeded, request: new BackupRun("payments"));
        (await _home.LookAsync()).ShouldBe(["payments: recovered"]);
        _home.Box.Tried.Last().Data.Alerts.ShouldHaveSingleItem().What.ShouldBe("The backup of payments succeeded again.");
        await _home.EndAsync(RunStatus.Succeeded);
        await _home.EndAsync(RunStatus.Succeeded);
        (await _home.LookAsync()).ShouldBe(["payments: recovered"]);
        _home.Box.Tried.Last().Data.Alerts.ShouldHaveSingleItem().What.ShouldBe("The sync of payments succeeded again.");
    }

    [Fact]
    public async Task A_run_that_was_interrupted_and_waits_in_the_queue_again_is_no_failure()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        var run = await _home.EndAsync(RunStatus.Failed);
        await _home.EndAsync(RunStatus.Succeeded);
        await _home.Catalog.ExecuteAsync("UPDATE runs SET repeats = @run WHERE status = 'succeeded'", ("@run", run));

        (await _home.LookAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_is_for_pipelines_by_their_names_and_labels()
    {
        await _home.SaveAsync(new PipelineDefinition("shop_eu", "shop", "shelf") { Labels = ["finance"] }, new PipelineDefinition("shop_us", "shop", "shelf"), new PipelineDefinition("crm", "shop", "shelf") { Labels = ["finance", "sales"] });
        await _home.SaveAsync(
            new AlertDefinition("names") { Events = [AlertEvent.Failed], Pipelines = ["shop_*", "other"] }, new AlertDefinition("labels") { Events = [AlertEvent.Failed], Labels = ["finance"] },
            new AlertDefinition("both") { Events = [AlertEvent.Failed], Pipelines = ["*_us", "cr?"], Labels = ["finance"] });
        foreach (var pipeline in new[] { "shop_eu", "shop_us", "crm", "another:one" }) await _home.EndAsync(RunStatus.Failed, pipeline);

        await _home.LookAsync();

        _home.Box.Tried.Select(message => (message.Data.Rule, string.Join(' ', message.Data.Alerts.Select(alert => alert.Pipeline))))
            .ShouldBe([("labels", "shop_eu crm"), ("names", "shop_eu shop_us")], ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_over_within_the_delay_is_not_told()
    {
        await _home.SaveAsync(new AlertDefinition("rule") { Events = [AlertEvent.Failed, AlertEvent.Parked, AlertEvent.Recovered], Delay = "30min" });
        await _home.EndAsync(RunStatus.Failed);
        var parked = await _home.EndAsync(RunStatus.Parked, "retail");
        await _home.EndAsync(RunStatus.Failed, "crm");
        (await _home.LookAsync(later: TimeSpan.FromMinutes(20))).ShouldBeEmpty();
        await _home.EndAsync(RunStatus.Succeeded);
        await (await _home.Catalog.RunsAsync()).RequestCancelAsync(parked, TestHome.Cancelled);

        (await _home.LookAsync(later: TimeSpan.FromMinutes(20))).ShouldBe(["crm: failed"]);
    }

    [Fact]
    public async Task What_comes_within_minutes_goes_in_one_message()
    {
        await _home.SaveAsync(new AlertDefinition("rule") { Events = [AlertEvent.Failed], Group = "5min" });
        await _home.EndAsync(RunStatus.Failed, "a");
        (await _home.LookAsync()).ShouldBeEmpty();
        _home.Now += TimeSpan.FromMinutes(4);
        await _home.EndAsync(RunStatus.Failed, "b");
        (await _home.LookAsync()).ShouldBeEmpty();

        (await _home.LookAsync(later: TimeSpan.FromMinutes(1))).ShouldBe(["2 messages: a: failed; b: failed"]);
        (await _home.LookAsync(later: TimeSpan.FromMinutes(9))).ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_twenty_parts_go_in_more_than_one_message()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        foreach (var number in Enumerable.Range(0, 45)) await _home.EndAsync(RunStatus.Failed, $"p{number}");

        await _home.LookAsync();

        _home.Box.Tried.Select(message => message.Data.Alerts.Count).ShouldBe([20, 20, 5], ignoreOrder: true);
        _home.Box.Tried.SelectMany(message => message.Data.Alerts).Select(alert => alert.Pipeline).Distinct().Count().ShouldBe(45);
        _home.Box.Tried.ShouldAllBe(message => message.Data.Subject.Length <= 501);
    }

    [Theory]
    [InlineData("2027-01-15T21:30Z", "2027-01-16T05:59Z", "2027-01-16T06:00Z")] // Berlin is UTC+1
    [InlineData("2027-03-28T00:30Z", "2027-03-28T04:59Z", "2027-03-28T05:00Z")] // the night in which clocks go forward: 07:00 is UTC+2
    [InlineData("2027-10-30T21:30Z", "2027-10-31T05:59Z", "2027-10-31T06:00Z")] // and back: 07:00 is UTC+1 again
    public async Task In_quiet_hours_what_is_critical_is_told_and_the_rest_waits_until_they_end(string at, string before, string end)
    {
        _home.Now = AlertHome.At(at);
        await _home.SaveAsync(new AlertDefinition("rule") { Events = [AlertEvent.Failed, AlertEvent.Partial], Quiet = new("22:00", "07:00") { TimeZone = "Europe/Berlin" } });
        await _home.EndAsync(RunStatus.Failed, "a");
        await _home.EndAsync(RunStatus.Partial, "b");

        (await _home.LookAsync()).ShouldBe(["a: failed"]);
        (await _home.LookAsync(before)).ShouldBeEmpty();
        (await _home.LookAsync(end)).ShouldBe(["b: partial"]);
    }

    [Fact]
    public async Task S2_11_a_pipeline_that_is_late_is_told_once_and_its_end_too()
    {
        await _home.SaveAsync(new PipelineDefinition("payments", "shop", "shelf") { Deadline = "26h" });
        await _home.SaveAsync(AlertEvent.Late, AlertEvent.Recovered);
        await _home.EndAsync(RunStatus.Succeeded);
        (await _home.LookAsync(later: TimeSpan.FromHours(25))).ShouldBeEmpty();

        (await _home.LookAsync(later: TimeSpan.FromHours(2))).ShouldBe(["payments: late"]);
        (await _home.LookAsync(later: TimeSpan.FromHours(19))).ShouldBeEmpty();
        (await _home.LookAsync(later: TimeSpan.FromHours(2))).ShouldBe(["payments: late"]);
        _home.Box.Tried.Last().Data.Alerts[0].What.ShouldBe("No run of payments was proven by 2027-03-02 12:00 UTC.");
        await _home.EndAsync(RunStatus.Succeeded);
        (await _home.LookAsync()).ShouldBe(["payments: recovered"]);
        (await _home.LookAsync(later: TimeSpan.FromHours(27))).ShouldBe(["payments: late"]);
    }

    [Fact]
    public async Task A_run_that_waits_for_approval_is_told_again_while_it_waits()
    {
        await _home.SaveAsync(AlertEvent.Parked);
        var run = await _home.EndAsync(RunStatus.Parked);
        (await _home.LookAsync()).ShouldBe(["payments: parked"]);
        (await _home.LookAsync(later: TimeSpan.FromHours(10))).ShouldBeEmpty();
        (await _home.LookAsync(later: TimeSpan.FromHours(11))).ShouldBe(["payments: parked"]);
        await (await _home.Catalog.RunsAsync()).RequestCancelAsync(run, TestHome.Cancelled);
        (await _home.LookAsync(later: TimeSpan.FromHours(21))).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_waits_for_a_rule_that_is_gone_is_not_told()
    {
        await _home.SaveAsync(new AlertDefinition("rule") { Events = [AlertEvent.Failed], Group = "5min" });
        await _home.EndAsync(RunStatus.Failed);
        await _home.LookAsync();
        await using (var command = await _home.OpenAsync()) await command.Definitions.Alerts.RemoveAsync("rule", TestHome.Cancelled);

        (await _home.LookAsync(later: TimeSpan.FromMinutes(10))).ShouldBeEmpty();
        await _home.SaveAsync(AlertEvent.Failed);
        (await _home.LookAsync(later: TimeSpan.FromMinutes(10))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hostile_name_and_a_text_of_ten_megabytes_make_one_short_line()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        await _home.EndAsync(RunStatus.Failed, "x\"; DROP TABLE alerts; --", problems: new Problem("p", "s", string.Concat(Enumerable.Repeat("evil\r\nBcc: a@b \0 🌊", 500_000))));

        await _home.LookAsync();

        var message = _home.Box.Tried.ShouldHaveSingleItem();
        message.ToBytes().Length.ShouldBeLessThan(4000);
        message.Data.Alerts[0].What.ShouldNotContain('\n');
        message.Data.Alerts[0].What.Length.ShouldBeLessThanOrEqualTo(501);
    }
}

/// <inheritdoc/>
public sealed class SqliteAlertPromises() : AlertPromises(new SqliteHome());

/// <inheritdoc/>
public sealed class PostgresAlertPromises() : AlertPromises(new PostgresHome());
