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

    [Fact]
    public async Task H1_A_source_that_cannot_even_be_opened_is_one_problem_and_the_others_are_tested()
    {
        var connectors = new ConnectorCatalog([new ScriptedConnector(new ScriptedSource(new StreamSchema("things", [new("id", FieldType.Text)]))), new BrokenConnector()]);
        var home = await Home.OpenAsync(new HomeOptions(_folder.File("home")), connectors, TimeProvider.System, Stop);
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("broken", "broken", new Dictionary<string, string>()), Stop);
        await home.Definitions.Sources.SaveAsync(new SourceDefinition("script", "scripted", new Dictionary<string, string>()), Stop);

        var tests = await home.TestAsync(null, Stop);

        tests.Single(test => test.Name == "script").Problems.ShouldBeEmpty();
        var problem = tests.Single(test => test.Name == "broken").Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("defect.unexpected");
        problem.Message.ShouldNotContain("sk_test");
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

    private sealed class BrokenConnector : ISourceConnector
    {
        public ConnectorSpec Spec { get; } = new("broken", "Broken", []);

        public ISource OpenSource(BoundSettings settings, TimeProvider clock) => throw new FormatException("The value sk_test_x is invalid.");
    }

    /// <summary>A clock for which every wait is over at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
