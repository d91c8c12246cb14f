using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>What a run can still do whose table another one has taken (H6).</summary>
public abstract partial class SqlDestinationPromises
{
    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task H6_a_run_whose_table_another_pipeline_has_taken_writes_changes_and_publishes_nothing(WriteMode mode)
    {
        await Bench.ReplaceAsync(PeopleSource([Person("old", "Old")]));
        await using var destination = Bench.OpenDestination();
        await using var load = await destination.BeginAsync(new LoadPlan("first", "r-1"), Stop);
        await using var stream = await load.OpenAsync(new TablePlan("people", People) { Mode = mode }, Stop);
        await WriteAsync("a");
        var before = await Bench.RowsAsync("people");
        await Bench.ChangeAllByHandAsync("_tidemark_fences", ("run", "r-2"), ("pipeline", "second"));

        await RefusedAsync(() => WriteAsync("b"));
        await RefusedAsync(() => stream.EvolveAsync([new Field("more", FieldType.Text)], Stop));
        if (mode == WriteMode.Replace) await RefusedAsync(() => load.PublishAsync(_ => Task.CompletedTask, Stop));

        (await Bench.RowsAsync("people")).ShouldBe(before);

        async Task RefusedAsync(Func<Task> work)
        {
            var lost = await Should.ThrowAsync<TidemarkException>(work);
            (lost.Kind, lost.Code).ShouldBe((FailureKind.Transient, "run.lease_lost"));
            lost.Message.ShouldContain("r-2 of second");
        }

        async Task WriteAsync(string id)
        {
            var batch = new RowBatch(People);
            new RecordMapper(People, true, true).Map(System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}"""), false, batch).IsAdded.ShouldBeTrue();
            await stream.WriteAsync(
                batch, new Checkpoint(new("1"), StagedCounts.None, DateTimeOffset.UnixEpoch) { IsComplete = true }, _ => Task.CompletedTask, Stop);
        }
    }

    [Fact]
    public async Task W5_a_run_that_waits_for_another_one_in_vain_is_told_which_and_so_is_an_undo()
    {
        var run = await Bench.MergeAsync(PeopleSource([Person("a", "Ada")]));
        await using var destination = Bench.OpenDestination();
        await using var load = await destination.BeginAsync(new LoadPlan("first", "r-1"), Stop);
        await using var stream = await load.OpenAsync(new TablePlan("people", People), Stop);

        var waiting = Bench.MergeAsync(PeopleSource([Person("b", "Bob")]));
        await using var undoing = Bench.OpenDestination();
        var undo = await Should.ThrowAsync<TidemarkException>(
            () => ((IUndoing)undoing).UndoAsync(new UndoPlan("test", run.Run, "r-undo"), Stop));
        var merge = (await waiting).Problems.ShouldHaveSingleItem();

        (undo.Code, merge.Code).ShouldBe(("destination.in_use", "destination.in_use"));
        undo.Message.ShouldContain("last taken by r-1 of first, at ");
        merge.Message.ShouldContain("last taken by r-1 of first, at ");
        (await Bench.RowsAsync("people", "id")).ShouldBe(["a"]);
    }
}
