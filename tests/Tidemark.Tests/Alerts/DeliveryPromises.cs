using Shouldly;
using Tidemark.Engine.Alerts;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>How messages get to their channels, whatever database the catalog is in.</summary>
public abstract class DeliveryPromises : IDisposable
{
    private readonly AlertHome _home;

    private protected DeliveryPromises(TestHome home) => _home = new(home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_message_that_is_not_taken_is_sent_again_later_and_later_with_the_same_id()
    {
        await FailAsync(fails: 3);
        foreach (var (wait, failures) in new[] { (TimeSpan.Zero, 1), (TimeSpan.FromSeconds(5.5), 2), (TimeSpan.FromMinutes(5.5), 3) })
        {
            (await _home.LookAsync(later: wait)).ShouldBeEmpty();
            (await _home.DeliveriesAsync()).ShouldHaveSingleItem().Tries.ShouldBe(failures);
        }

        (await _home.LookAsync(later: TimeSpan.FromMinutes(29))).ShouldBeEmpty();
        _home.Box.Tried.Count.ShouldBe(3);
        (await _home.LookAsync(later: TimeSpan.FromMinutes(4))).ShouldBe(["payments: failed"]);

        _home.Box.Tried.Select(message => message.Id).Distinct().ShouldHaveSingleItem();
        var delivery = await GetAsync();
        (delivery.State, delivery.NextAt, delivery.EndedAt).ShouldBe((DeliveryState.Sent, null, _home.Now));
        delivery.Attempts.Select(attempt => (attempt.Number, attempt.Status, attempt.Code, attempt.Problem)).ShouldBe(
        [
            (1, 500, "channel.refused", "box answered 500."), (2, 500, "channel.refused", "box answered 500."), (3, 500, "channel.refused", "box answered 500."), (4, 200, null, null),
        ]);
    }

    [Fact]
    public async Task After_ten_attempts_in_three_days_a_message_is_given_up_which_status_says_until_a_person_replays_it()
    {
        await FailAsync(fails: 10);
        var began = _home.Now;
        while (await GetAsync() is { State: DeliveryState.Waiting } waiting)
        {
            _home.Now = waiting.NextAt!.Value;
            await _home.LookAsync();
        }

        (_home.Now - began).ShouldBeInRange(TimeSpan.FromDays(3), TimeSpan.FromDays(4));
        _home.Box.Tried.Count.ShouldBe(10);
        (await _home.LookAsync(later: TimeSpan.FromDays(9))).ShouldBeEmpty();
        await using var home = await _home.OpenAsync();
        (await home.StatusAsync(null, TestHome.Cancelled)).ShouldHaveSingleItem().Undelivered.ShouldBe(1);

        var replayed = await home.Deliveries.ReplayAsync((await GetAsync()).Id, TestHome.Cancelled);
        (replayed.State, replayed.Tries).ShouldBe((DeliveryState.Waiting, 10));
        (await _home.LookAsync()).ShouldBe(["payments: failed"]);
        (await GetAsync()).State.ShouldBe(DeliveryState.Sent);
        (await home.StatusAsync(null, TestHome.Cancelled))[0].Undelivered.ShouldBe(0);
        _home.Box.Tried.Select(message => message.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Servers_that_work_at_once_send_each_message_once()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        foreach (var number in Enumerable.Range(0, 60)) await _home.EndAsync(RunStatus.Failed, $"p{number}");
        await using var one = await _home.OpenAsync();
        await using var other = await _home.OpenAsync();
        _home.Box.OnTheWay = () => Task.Delay(20, TestHome.Cancelled);

        await Task.WhenAll(new[] { one, other, one, other }.Select(server => Task.Run(() => server.AlertSender(null).SendAsync(TestHome.Cancelled))));

        _home.Box.Tried.SelectMany(message => message.Data.Alerts).Select(alert => alert.Pipeline).Order().ShouldBe(Enumerable.Range(0, 60).Select(number => $"p{number}").Order());
        _home.Box.Tried.Select(message => message.Id).ShouldBeUnique();
    }

    [Fact]
    public async Task A_message_of_a_server_that_is_gone_is_sent_by_another_after_two_minutes()
    {
        await FailAsync(fails: 0);
        await using var gone = await _home.OpenAsync();
        _home.Box.OnTheWay = () => throw new OperationCanceledException(); // as if its process were gone: it writes nothing down
        await Should.ThrowAsync<OperationCanceledException>(() => gone.AlertSender(null).SendAsync(TestHome.Cancelled));
        var claimed = (await gone.Deliveries.ClaimAsync(1, TestHome.Cancelled)).ShouldHaveSingleItem();
        _home.Box.OnTheWay = () => Task.CompletedTask;

        (await _home.LookAsync(later: TimeSpan.FromSeconds(119))).ShouldBeEmpty();
        (await _home.LookAsync(later: TimeSpan.FromSeconds(2))).ShouldBe(["payments: failed"]);
        // The first was only slow: what it says changes nothing.
        (await gone.Deliveries.FinishAsync(claimed, ChannelReply.Not(new(FailureKind.Transient, "channel.slow", "slow")), _home.Now)).State.ShouldBe(DeliveryState.Sent);
        _home.Box.Tried.Select(message => message.Id).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_to_a_channel_that_is_gone_is_given_up_at_once()
    {
        await FailAsync(fails: 1);
        await _home.LookAsync();
        await using var home = await _home.OpenAsync();
        await home.Definitions.Alerts.RemoveAsync("rule", TestHome.Cancelled);
        await home.Definitions.Channels.RemoveAsync("box", TestHome.Cancelled);

        await _home.LookAsync(later: TimeSpan.FromHours(1));

        var delivery = await GetAsync();
        (delivery.State, delivery.Attempts[^1].Code).ShouldBe((DeliveryState.Dead, "channel.unknown"));
        (await home.StatusAsync(null, TestHome.Cancelled))[0].Undelivered.ShouldBe(0);
        (await Should.ThrowAsync<TidemarkException>(() => home.Deliveries.ReplayAsync(delivery.Id, TestHome.Cancelled))).Code.ShouldBe("channel.unknown");
        (await Should.ThrowAsync<TidemarkException>(() => home.Deliveries.ReplayAsync("msg_none", TestHome.Cancelled))).Code.ShouldBe("delivery.unknown");
    }

    [Fact]
    public async Task A_channel_that_an_alert_uses_is_not_removed()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        await using var home = await _home.OpenAsync();

        var refusal = await Should.ThrowAsync<TidemarkException>(() => home.Definitions.Channels.RemoveAsync("box", TestHome.Cancelled));

        (refusal.Code, refusal.Message).ShouldBe(("channel.in_use", "The channel box is used by rule."));
        (await Should.ThrowAsync<TidemarkException>(() => home.Definitions.Alerts.SaveAsync(new("x") { Events = [AlertEvent.Late], Channels = ["nobody"] }, TestHome.Cancelled)))
            .Code.ShouldBe("channel.unknown");
    }

    [Fact]
    public async Task Messages_are_listed_by_channel_state_run_and_place()
    {
        await _home.SaveAsync(AlertEvent.Failed);
        var runs = new List<string>();
        foreach (var number in Enumerable.Range(0, 5))
        {
            runs.Add(await _home.EndAsync(RunStatus.Failed, $"p{number}"));
            if (number == 4) _home.Box.Fails = 1;
            await _home.LookAsync();
        }

        (await _home.DeliveriesAsync()).Select(delivery => delivery.Message.Data.Alerts[0].Run).ShouldBe(Enumerable.Reverse(runs));
        (await _home.DeliveriesAsync(new() { State = DeliveryState.Waiting })).ShouldHaveSingleItem().Message.Data.Alerts[0].Run.ShouldBe(runs[4]);
        (await _home.DeliveriesAsync(new() { Run = runs[1] })).ShouldHaveSingleItem().Message.Data.Alerts[0].Run.ShouldBe(runs[1]);
        (await _home.DeliveriesAsync(new() { Channel = "other\"; DROP TABLE deliveries; --" })).ShouldBeEmpty();
        var third = (await _home.DeliveriesAsync())[2];
        (await _home.DeliveriesAsync(new() { Before = (third.MadeAt, third.Id) })).Select(delivery => delivery.Message.Data.Alerts[0].Run).ShouldBe([runs[1], runs[0]]);
    }

    [Fact]
    public async Task What_ended_long_ago_is_cleaned_up_and_what_waits_is_not()
    {
        await FailAsync(fails: 0);
        await _home.LookAsync();
        _home.Box.Fails = 100;
        await _home.EndAsync(RunStatus.Failed, "retail");
        await _home.LookAsync();
        _home.Now += TimeSpan.FromDays(1);
        await using var home = await _home.OpenAsync();

        await home.Deliveries.PruneAsync(_home.Now, TestHome.Cancelled);

        (await _home.DeliveriesAsync()).ShouldHaveSingleItem().Message.Data.Subject.ShouldBe("retail: failed");
    }

    private async Task FailAsync(int fails)
    {
        await _home.SaveAsync(AlertEvent.Failed);
        await _home.EndAsync(RunStatus.Failed);
        _home.Box.Fails = fails;
        if (fails == 10) await _home.LookAsync();
    }

    private async Task<Delivery> GetAsync()
    {
        await using var home = await _home.OpenAsync();
        return await home.Deliveries.GetAsync((await _home.DeliveriesAsync()).ShouldHaveSingleItem().Id, TestHome.Cancelled);
    }
}

/// <inheritdoc/>
public sealed class SqliteDeliveryPromises() : DeliveryPromises(new SqliteHome());

/// <inheritdoc/>
public sealed class PostgresDeliveryPromises() : DeliveryPromises(new PostgresHome());
