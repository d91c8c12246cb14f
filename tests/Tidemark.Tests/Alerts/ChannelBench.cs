using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Xunit;

namespace Tidemark.Tests.Alerts;

/// <summary>Channels by their settings, and messages to send.</summary>
internal static class ChannelBench
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static IChannel Open(string connector, TimeProvider clock, params (string Name, string Value)[] settings)
    {
        var known = CompiledConnectors.Catalog().Find<IChannelConnector>(connector)!;
        var problems = new List<Problem>();
        var bound = SettingsBinder.Bind(known.Spec, settings.ToDictionary(setting => setting.Name, setting => setting.Value), connector, problems);
        problems.ShouldBeEmpty();
        return known.OpenChannel(bound, clock);
    }

    /// <summary>What is wrong with settings.</summary>
    public static IReadOnlyList<Problem> Problems(string connector, params (string Name, string Value)[] settings)
    {
        var problems = new List<Problem>();
        SettingsBinder.Bind(CompiledConnectors.Catalog().Find(connector)!.Spec, settings.ToDictionary(setting => setting.Name, setting => setting.Value), connector, problems);
        return problems;
    }

    public static ChannelMessage Message(params ChannelAlert[] alerts) =>
        new("alert", new(2026, 12, 1, 2, 3, 0, TimeSpan.Zero), new(alerts[0].Headline, "nightly", alerts.Max(alert => alert.Severity), alerts)) { Id = "msg_1" };

    public static ChannelAlert Failed(string pipeline = "payments", string what = "The sync of payments failed: the vendor does not answer.") =>
        new(AlertEvent.Failed, AlertSeverity.Critical, pipeline, new(2026, 12, 1, 2, 3, 0, TimeSpan.Zero), what)
        {
            Run = "r-20261201-020300-0a1b2c",
            State = "The tables are as they were.",
            Next = "Run the pipeline payments again, where its schedule does not.",
            Link = "https://sync.example.com/runs/r-20261201-020300-0a1b2c",
            Code = "source.unreachable",
        };

    public static async Task<ChannelReply> SendAsync(IChannel channel, ChannelMessage message)
    {
        using (channel) return await channel.SendAsync(message, Cancel);
    }
}

/// <summary>The real time, whose timers ring a hundred times as early.</summary>
internal sealed class HurriedClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
}
