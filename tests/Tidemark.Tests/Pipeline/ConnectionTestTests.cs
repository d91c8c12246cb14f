using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Connectors;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Records;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Pipeline;

public sealed class ConnectionTestTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task P3_A_count_that_fails_or_comes_late_is_unknown_and_never_zero()
    {
        var test = await TestAsync(new HastyClock(), async (stream, given) =>
        {
            if (stream == "refused") throw ScriptedSource.Broken();
            if (stream == "late") await Task.Delay(Timeout.Infinite, given);
            return stream == "empty" ? 0 : stream == "silent" ? null : 7;
        }, Stop);

        test.Problems.ShouldBeEmpty();
        test.Streams.ShouldBe([new("told", 7), new("empty", 0), new("silent", null), new("refused", null), new("late", null)]);
    }

    [Fact]
    public async Task Counts_are_asked_for_at_once()
    {
        var asked = 0;
        using var all = new SemaphoreSlim(0);
        var test = await TestAsync(TimeProvider.System, async (_, given) =>
        {
            if (Interlocked.Increment(ref asked) == 5) all.Release(5);
            await all.WaitAsync(given);
            return asked;
        }, Stop);

        test.Streams.ShouldAllBe(stream => stream.EstimatedCount == 5);
    }

    [Fact]
    public async Task Who_stops_the_test_waits_for_no_count()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await Should.ThrowAsync<OperationCanceledException>(() => TestAsync(TimeProvider.System, async (_, given) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, given);
            return null;
        }, stop.Token));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ConnectionTest> TestAsync(
        TimeProvider clock, Func<string, CancellationToken, Task<long?>> estimate, CancellationToken cancellationToken)
    {
        var streams = new[] { "told", "empty", "silent", "refused", "late" }.Select(name => new StreamSchema(name, [new("id", FieldType.Text)]));
        var connector = new ScriptedConnector(new ScriptedSource([.. streams]) { Estimate = estimate });
        var connectors = new ConnectorCatalog([connector]);
        var home = await Home.OpenAsync(new HomeOptions(_folder.File("home")), connectors, clock, Stop);
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("script", "scripted", new Dictionary<string, string>()), Stop);
        return (await home.TestAsync("script", cancellationToken)).ShouldHaveSingleItem();
    }

    private sealed class ScriptedConnector(ISource source) : ISourceConnector
    {
        public ConnectorSpec Spec { get; } = new("scripted", "Scripted", []);

        public ISource OpenSource(BoundSettings settings, TimeProvider clock) => source;
    }

    /// <summary>A clock for which every wait is over at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
