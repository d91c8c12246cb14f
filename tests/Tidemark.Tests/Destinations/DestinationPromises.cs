using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What every destination promises (P1 to P8). Each destination runs all of it against the real thing.</summary>
public abstract partial class DestinationPromises(Workbench bench) : IAsyncDisposable
{
    protected static readonly StreamSchema People = new("people",
    [
        new("id", FieldType.Text), new("name", FieldType.Text), new("age", FieldType.Int64), new("paid", FieldType.Decimal),
        new("rate", FieldType.Float64), new("active", FieldType.Boolean),
        new("born", FieldType.Date), new("seen", FieldType.Timestamp), new("tags", FieldType.Json),
    ]);

    protected static readonly StreamSchema Pets = new("pets", [new("id", FieldType.Int64), new("name", FieldType.Text)]);

    protected Workbench Bench => bench;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static string Person(string id, string name) => $$"""{"id":"{{id}}","name":"{{name}}"}""";

    protected static string[] Persons(int from, int count, string suffix = "") =>
        [.. Enumerable.Range(from, count).Select(at => Person($"p{at:D6}", $"name {at}{suffix}"))];

    protected static ScriptedSource PeopleSource(params string[][] pages) => new ScriptedSource(People).With("people", pages);

    protected static StreamFigures Only(RunResult result) => result.Streams.ShouldHaveSingleItem();

    [Fact]
    public async Task P2_merge_counts_what_was_created_updated_and_unchanged()
    {
        var first = await bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")], [Person("c", "Cy")]));
        var second = await bench.MergeAsync(PeopleSource(
            [Person("a", "Ada"), Person("b", "Bobby")], [Person("d", "Di")]));

        first.Status.ShouldBe(RunStatus.Succeeded);
        Only(first).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(3), figures => figures.Created.ShouldBe(3), figures => figures.IsAccountedFor.ShouldBeTrue());
        second.Status.ShouldBe(RunStatus.Succeeded);
        Only(second).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(3), figures => figures.Created.ShouldBe(1),
            figures => figures.Updated.ShouldBe(1), figures => figures.Unchanged.ShouldBe(1));
        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|Ada", "b|Bobby", "c|Cy", "d|Di"]);
    }

    [Fact]
    public async Task P2_replace_counts_and_deletes_what_is_gone()
    {
        await bench.ReplaceAsync(PeopleSource(Persons(0, 100)));
        var second = await bench.ReplaceAsync(PeopleSource([.. Persons(1, 98), Person("p000099", "changed"), Person("new", "N")]));

        second.Status.ShouldBe(RunStatus.Succeeded);
        Only(second).ShouldSatisfyAllConditions(
            figures => figures.Read.ShouldBe(100), figures => figures.Created.ShouldBe(1), figures => figures.Updated.ShouldBe(1),
            figures => figures.Unchanged.ShouldBe(98), figures => figures.Deleted.ShouldBe(1),
            figures => figures.Receipt!.Found.Rows.ShouldBe(100));
        (await bench.CountAsync("people", ("id", "p000000"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_deletion_of_the_source_deletes_the_row_and_nothing_else()
    {
        await bench.MergeAsync(PeopleSource([Person("a", "Ada"), Person("b", "Bob")]));
        var result = await bench.MergeAsync(PeopleSource(["""-{"id":"a"}""", """-{"id":"unknown"}""", Person("c", "Cy")]));

        Only(result).ShouldSatisfyAllConditions(
            figures => figures.Deleted.ShouldBe(1), figures => figures.Read.ShouldBe(1), figures => figures.Created.ShouldBe(1));
        (await bench.RowsAsync("people", "id")).ShouldBe(["b", "c"]);
        result.Status.ShouldBe(RunStatus.Succeeded);
    }

    [Fact]
    public async Task Running_again_unchanged_writes_no_row()
    {
        await bench.MergeAsync(PeopleSource(Persons(0, 500)));
        var before = await bench.RowsAsync("people", "id", "_run", "_synced_at");
        var merged = await bench.MergeAsync(PeopleSource(Persons(0, 500)));
        var replaced = await bench.ReplaceAsync(PeopleSource(Persons(0, 500)));

        Only(merged).Unchanged.ShouldBe(500);
        Only(replaced).Unchanged.ShouldBe(500);
        (await bench.RowsAsync("people", "id", "_run", "_synced_at")).ShouldBe(before);
    }

    [Fact]
    public async Task P1_staged_rows_are_invisible_until_published()
    {
        await bench.ReplaceAsync(PeopleSource([Person("a", "old")]));
        var source = PeopleSource([Person("a", "new"), Person("b", "new")]);
        source.NeverEnds = true;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = bench.RunAsync(source, WriteMode.Replace, cancel.Token);
        while (source.PagesRead == 0) await Task.Delay(10, Stop);
        await Task.Delay(200, Stop);

        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|old"]);
        await cancel.CancelAsync();
        (await running).Status.ShouldBe(RunStatus.Cancelled);
        (await bench.RowsAsync("people", "id", "name")).ShouldBe(["a|old"]);
    }

    [Fact]
    public async Task P1_all_streams_of_a_replace_publish_together_or_none_does()
    {
        var source = new ScriptedSource(People, Pets).With("people", [Person("a", "old")]).With("pets", ["""{"id":1,"name":"old"}"""]);
        await bench.ReplaceAsync(source);
        source.With("people", [Person("a", "new")]).With("pets", ["""{"id":1,"name":"new"}"""], ["""{"id":2}"""]);
        source.Fault = ("pets", 1, ScriptedSource.Broken());
        var broken = await bench.ReplaceAsync(source);

        broken.Status.ShouldBe(RunStatus.Failed);
        broken.Problems.ShouldContain(problem => problem.Code == "source.broken");
        (await bench.RowsAsync("people", "name")).ShouldBe(["old"]);
        (await bench.RowsAsync("pets", "name")).ShouldBe(["old"]);

        source.Fault = null;
        (await bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Succeeded);
        (await bench.RowsAsync("people", "name")).ShouldBe(["new"]);
        (await bench.RowsAsync("pets", ("id", 1), "name")).ShouldBe(["new"]);
    }

    [Fact]
    public async Task P8_a_broken_reading_goes_on_from_its_checkpoint()
    {
        var source = PeopleSource([.. Enumerable.Range(0, 6).Select(page => Persons(page * 10, 10))]);
        source.Fault = ("people", 4, ScriptedSource.Broken());
        (await bench.ReplaceAsync(source)).Status.ShouldBe(RunStatus.Failed);
        (await bench.RowsAsync("_tidemark_checkpoints", ("kind", "staged"), "cursor")).ShouldNotBeNull();
        source.Fault = null;
        var result = await bench.ReplaceAsync(source);

        result.Status.ShouldBe(RunStatus.Succeeded);
        Only(result).ShouldSatisfyAllConditions(figures => figures.Read.ShouldBe(60), figures => figures.Created.ShouldBe(60));
        (await bench.CountAsync("people")).ShouldBe(60);
    }

    [Fact]
    public async Task The_last_of_several_records_of_one_key_wins_and_the_others_are_counted_as_skipped()
    {
        string[][] pages =
        [
            [Person("a", "1"), Person("a", "2"), Person("b", "1")], Persons(0, 10_001), [Person("a", "3"), Person("b", "1")],
        ];
        foreach (var result in new[] { await bench.ReplaceAsync(PeopleSource(pages)), await bench.ReplaceAsync(PeopleSource(pages)) })
        {
            result.Status.ShouldBe(RunStatus.Succeeded);
            Only(result).Skipped.ShouldBe(3);
            (await bench.RowsAsync("people", "id", "name")).Take(3).ShouldBe(["a|3", "b|1", "p000000|name 0"]);
        }

        var merged = await bench.MergeAsync(PeopleSource(pages));
        merged.Status.ShouldBe(RunStatus.Succeeded);
        Only(merged).IsAccountedFor.ShouldBeTrue();
        (await bench.RowsAsync("people", "id", "name")).Take(3).ShouldBe(["a|3", "b|1", "p000000|name 0"]);
    }

    [Fact]
    public async Task Readers_see_the_old_rows_or_the_new_ones_and_never_a_mix()
    {
        static string[][] Generation(int number) =>
            [[.. Enumerable.Range(0, 300).Select(at => $$"""{"id":"p{{at}}","name":"g{{number}}"}""")]];

        await bench.ReplaceAsync(PeopleSource(Generation(0)));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var reader = Task.Run(
            async () =>
            {
                var looks = 0;
                while (!done.IsCancellationRequested)
                {
                    var names = await bench.RowsAsync("people", "name");
                    (names.Distinct().Count(), names.Count).ShouldBe((1, 300));
                    looks++;
                }

                return looks;
            },
            Stop);
        for (var number = 1; number <= 5; number++)
            (await bench.ReplaceAsync(PeopleSource(Generation(number)))).Status.ShouldBe(RunStatus.Succeeded);
        await done.CancelAsync();
        (await reader).ShouldBeGreaterThan(0);
    }
}
