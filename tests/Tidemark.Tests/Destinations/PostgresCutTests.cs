using Shouldly;
using Tidemark.Engine.Backup;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>H7: wherever the connection to PostgreSQL is cut, it is the destination's failure, and one that passes.</summary>
public sealed class PostgresCutTests : IAsyncDisposable
{
    // Enough for every statement of a small run.
    private const int MostSends = 400;

    private readonly CutConnections _between;
    private readonly PostgresWorkbench _bench;

    public PostgresCutTests()
    {
        var server = new Uri(TestPostgres.Url);
        _between = new CutConnections(server.Host, server.Port);
        _bench = new PostgresWorkbench { Port = _between.Port };
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _between.DisposeAsync();
    }

    [Fact]
    public async Task H7_in_the_check() => await CutEverywhereAsync(1, async () =>
    {
        await using var destination = _bench.OpenDestination();
        try
        {
            var problems = await destination.CheckAsync([new TablePlan("people", Source().Schema)], Stop);
            return [.. problems.Select(problem => problem.Code)];
        }
        catch (TidemarkException cut)
        {
            return [cut.Code];
        }
    });

    [Theory]
    [InlineData(WriteMode.Merge, true)]
    [InlineData(WriteMode.Replace, true)]
    [InlineData(WriteMode.Merge, false)]
    [InlineData(WriteMode.Replace, false)]
    public async Task H7_in_a_run_and_in_a_dry_run(WriteMode mode, bool isDryRun)
    {
        await _bench.MergeAsync(Source().Records);
        if (isDryRun)
        {
            _bench.Policy = table => table.Compared();
            _bench.Limits = plan => plan with { IsDryRun = true };
        }

        await CutEverywhereAsync(3, async () =>
        {
            var run = await _bench.RunAsync(Source().Records, mode, Stop);
            (run.Problems.Count > 0).ShouldBe(run.Status is not (RunStatus.Succeeded or RunStatus.Planned));
            return [.. run.Problems.Select(problem => $"{problem.Code}: {problem.Message}")];
        });
    }

    [Fact]
    public async Task H7_in_a_backup()
    {
        await _bench.MergeAsync(Source().Records);
        using var folder = new TestFolder();
        await CutEverywhereAsync(1, async () =>
        {
            await using var destination = _bench.OpenDestination();
            var plan = new BackupPlan("test", "postgres", folder.Path, new BackupPolicy(), new Dictionary<string, string> { ["people"] = "people" });
            try
            {
                await new BackupWriter(_bench.Clock).CreateAsync(plan, destination, Stop);
                return [];
            }
            catch (TidemarkException failure)
            {
                if (failure.Code != "postgres.unreachable") failure.Kind.ShouldBe(FailureKind.Transient);
                return [failure.Code];
            }
        });
    }

    /// <summary>Does the work again and again, cut each time a little later, until it is over before the cut.</summary>
    /// <param name="step">How much later.</param>
    /// <param name="work">Gives what went wrong, its code first.</param>
    private async Task CutEverywhereAsync(int step, Func<Task<IReadOnlyList<string>>> work)
    {
        for (var sends = 1; sends < MostSends; sends += step)
        {
            _between.CutAfter(sends);
            var codes = await work();
            codes.ShouldAllBe(code => code.StartsWith("postgres.", StringComparison.Ordinal), $"cut after {sends}: {string.Join(", ", codes)}");
            if (!_between.WasCut) return;
        }

        Assert.Fail("It never came to its end.");
    }

    private static (StreamSchema Schema, ScriptedSource Records) Source()
    {
        var schema = new StreamSchema("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);
        string[] records = [.. Enumerable.Range(0, 20).Select(at => $$"""{"id":"p{{at}}","name":"n"}""")];
        return (schema, new ScriptedSource(schema).With("people", records));
    }
}
