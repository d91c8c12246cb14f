using Shouldly;
using Tidemark.Engine.Catalog.Sqlite;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Pipeline;

public sealed class ProgressTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task P3_what_a_slow_source_has_given_is_in_the_catalog_while_the_run_goes_on()
    {
        await using var bench = new SqliteWorkbench();
        var seen = new TaskCompletionSource();
        var source = new ScriptedSource(new StreamSchema("things", [new("id", FieldType.Int64)]))
            .With("things", ["""{"id":1}""", """{"id":2}"""], ["""{"id":3}"""], ["""{"id":4}"""]);
        source.BeforePage = page => page switch
        {
            1 => Task.Delay(TimeSpan.FromSeconds(3), Stop),
            2 => seen.Task.WaitAsync(Patience, Stop),
            _ => Task.CompletedTask,
        };
        var running = bench.MergeAsync(source);

        var runs = new RunStore(await SqliteCatalog.OpenAsync(Path.Combine(bench.Folder, "home"), Stop), TimeProvider.System);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        RunRecord run;
        do
        {
            await Task.Delay(50, patience.Token);
            run = (await runs.ListAsync(1, new(), Stop)).SingleOrDefault()!;
        }
        while (run?.Result.Streams is not [{ Read: 2, Created: 2 }]);

        run.Status.ShouldBe(RunStatus.Running);
        seen.SetResult();
        (await running).Streams.ShouldHaveSingleItem().Read.ShouldBe(4);
    }
}
