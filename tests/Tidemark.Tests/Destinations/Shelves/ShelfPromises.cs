using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations.Shelves;

/// <summary>
/// What a destination of another kind gets from the engine: it stores rows, checkpoints and tables, and the promises it
/// claims hold; what it cannot do, a plan names.
/// </summary>
public sealed class ShelfPromises : IAsyncDisposable
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);
    private static readonly StreamSchema Pets = new("pets", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    private readonly ShelfBench _bench = new() { Policy = table => table with { UndoRuns = 0 } };

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task P2_merge_counts_what_was_created_updated_unchanged_and_deleted()
    {
        await _bench.MergeAsync(Source(Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")));

        var second = await _bench.MergeAsync(Source(Person("a", "Ada"), Person("b", "Bobby"), Person("d", "Di"), """-{"id":"c"}"""));

        second.Status.ShouldBe(RunStatus.Succeeded);
        var figures = second.Streams.ShouldHaveSingleItem();
        (figures.Created, figures.Updated, figures.Unchanged, figures.Deleted).ShouldBe((1, 1, 1, 1));
        Names().ShouldBe(["Ada", "Bobby", "Di"]);
    }

    [Fact]
    public async Task P1_P2_replace_publishes_a_difference_and_deletes_what_is_gone()
    {
        await _bench.ReplaceAsync(Source(Person("a", "Ada"), Person("b", "Bob"), Person("c", "Cy")));

        var second = await _bench.ReplaceAsync(Source(Person("a", "Ada"), Person("b", "Bobby"), Person("d", "Di")));

        second.Status.ShouldBe(RunStatus.Succeeded);
        var figures = second.Streams.ShouldHaveSingleItem();
        (figures.Created, figures.Updated, figures.Unchanged, figures.Deleted).ShouldBe((1, 1, 1, 1));
        Names().ShouldBe(["Ada", "Bobby", "Di"]);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P3_a_refused_record_goes_to_quarantine_alone_and_its_earlier_row_stays(WriteMode mode)
    {
        await _bench.RunAsync(Source(Person("x", "old")), mode);
        var large = Person("y", new string('y', 2000));

        var run = await _bench.RunAsync(
            Source([.. Enumerable.Range(0, 40).Select(at => Person($"p{at}", "good")), Person("z", "bad"), large, Person("x", "old")]), mode);

        run.Status.ShouldBe(RunStatus.Partial);
        run.Streams.ShouldHaveSingleItem().Quarantined.ShouldBe(2);
        run.Streams[0].IsAccountedFor.ShouldBeTrue();
        Names().Count(name => name == "good").ShouldBe(40);
        (await _bench.QuarantineAsync()).ShouldBe(["destination.record_too_large", "shelf.refused"]);
    }

    [Fact]
    public async Task P8_a_broken_reading_is_resumed_from_its_checkpoint()
    {
        // A batch ends where the next page would make it too large.
        var source = new ScriptedSource(People).With(
            "people", [.. Enumerable.Range(0, 10_001).Select(at => Person($"p{at}", "good"))], [Person("a", "Ada")], [Person("b", "Bob")]);
        source.Fault = ("people", 2, ScriptedSource.Broken());
        (await _bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        source.Fault = null;

        var run = await _bench.ReplaceAsync(source);

        run.Status.ShouldBe(RunStatus.Succeeded);
        run.Streams.ShouldHaveSingleItem().Read.ShouldBe(10_003);
        source.PagesRead.ShouldBe(4);
    }

    [Fact]
    public async Task P1_a_run_that_is_killed_between_two_tables_is_finished_by_the_next()
    {
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "new")]).With("pets", [Person("b", "new")]);
        _bench.Shelf.CrashBefore = "pets";
        (await _bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        _bench.Shelf.Live.Keys.ShouldBe(["people"]);
        _bench.Shelf.CrashBefore = null;

        (await _bench.MergeAsync(source)).Status.ShouldBe(RunStatus.Succeeded);

        _bench.Shelf.Intents.ShouldBeEmpty();
        _bench.Shelf.Live.Keys.Order().ShouldBe(["people", "pets"]);
    }

    [Fact]
    public async Task P4_P5_too_many_deletes_park_and_narrowed_columns_too()
    {
        await _bench.ReplaceAsync(Source([.. Enumerable.Range(0, 100).Select(at => Person($"p{at}", "good"))]));

        (await _bench.ReplaceAsync(Source(Person("p0", "good")))).Status.ShouldBe(RunStatus.Parked);

        Names().Count.ShouldBe(100);
        await _bench.MergeAsync(Source(Person("p0", "better")));
        _bench.Policy = table => table with { UndoRuns = 0, KeepsRaw = false };
        var parked = await _bench.MergeAsync(Source(Person("p0", "better")));
        parked.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.narrowed_schema");
    }

    [Fact]
    public async Task A_plan_names_all_at_once_what_the_destination_cannot_do()
    {
        await using var destination = _bench.OpenDestination();
        var able = new TablePlan("people", People);
        var wanted = (able with
        {
            Table = "a_name_of_more_than_twenty_letters",
            UndoRuns = 10,
            WriteBack = new WriteBack(new Dictionary<string, string> { ["seen"] = "yes" }),
        }).Compared();

        DestinationAbilities.Missing(destination, "destination \"shelf\"", [able], isBackedUp: false).ShouldBeEmpty();
        var problems = DestinationAbilities.Missing(destination, "destination \"shelf\"", [wanted], isBackedUp: true).ToList();

        problems.Select(problem => problem.Code).ShouldBe(
            ["destination.no_undo", "destination.no_outbox", "destination.no_compare", "destination.no_backup", "table.invalid_name"]);
        problems[0].Hint.ShouldBe("Set undo_runs: 0.");
        Should.Throw<Tidemark.Engine.Errors.TidemarkException>(() => destination.Undoing()).Code.ShouldBe("destination.no_undo");
        Should.Throw<Tidemark.Engine.Errors.TidemarkException>(() => destination.BackedUp()).Code.ShouldBe("destination.no_backup");
    }

    private static string Person(string id, string name) => $$"""{"id":"{{id}}","name":"{{name}}"}""";

    private static ScriptedSource Source(params string[] records) => new ScriptedSource(People).With("people", records);

    private List<string> Names() =>
        [.. _bench.Shelf.Live["people"].OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Value.Record!.Split('"')[7])];
}
