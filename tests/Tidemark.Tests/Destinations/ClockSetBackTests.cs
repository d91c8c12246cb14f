using Shouldly;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Destinations;

public sealed class ClockSetBackTests : IAsyncDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    private readonly SettableClock _clock = new();
    private readonly SqliteWorkbench _bench;

    public ClockSetBackTests() => _bench = new SqliteWorkbench { Clock = _clock };

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task P2_the_latest_run_can_be_undone_although_the_clock_was_set_back_before_it()
    {
        _bench.Policy = table => table with { UndoRuns = 1 };
        var first = await RunAsync("Ada");
        _clock.Now -= TimeSpan.FromHours(1);
        var second = await RunAsync("Ada L");
        var third = await RunAsync("Ada Lovelace");

        string.CompareOrdinal(first.Run[..17], second.Run[..17]).ShouldBeLessThanOrEqualTo(0);
        (await _bench.UndoAsync(third)).Status.ShouldBe(RunStatus.Succeeded);
        (await _bench.RowsAsync("people", "name")).ShouldBe(["Ada L"]);
    }

    private Task<RunResult> RunAsync(string name) =>
        _bench.MergeAsync(new ScriptedSource(People).With("people", [$$"""{"id":"a","name":"{{name}}"}"""]));
}
