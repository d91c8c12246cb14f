using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Destinations;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>Any sequence of syncs leaves the table as a plain dictionary would be.</summary>
public sealed class SyncModelTests
{
    private static readonly StreamSchema Things = new("things", [new("id", FieldType.Int64), new("value", FieldType.Int64)]);

    [Fact]
    public async Task P2_any_sequence_of_merges_and_replaces_equals_the_model_and_every_record_is_accounted_for()
    {
        foreach (var runs in Gen.Sample(RunsOf(), 25, 12)) await CheckAsync(runs);
    }

    private static Gen<List<Run>> RunsOf()
    {
        var isDeletion = Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)));
        var record = Gen.Choose(1, 12).SelectMany(id => Gen.Choose(0, 3)
            .SelectMany(value => isDeletion.Select(gone => new Record(id, value, gone))));
        var page = Gen.Choose(0, 8).SelectMany(count => Gen.ListOf(record, count));
        var pages = Gen.Choose(0, 4).SelectMany(count => Gen.ListOf(page, count));
        var run = Gen.Elements(true, false).SelectMany(isFull => pages
            .Select(all => new Run(isFull, [.. all.Select(one => one.ToArray())])));
        return Gen.Choose(1, 5).SelectMany(count => Gen.ListOf(run, count)).Select(list => list.ToList());
    }

    private static async Task CheckAsync(List<Run> runs)
    {
        await using var bench = new SqliteWorkbench { Limits = plan => plan with { IgnoresLimits = true } };
        var model = new Dictionary<int, int>();
        foreach (var run in runs)
        {
            var source = new ScriptedSource(Things).With("things", [.. run.Pages.Select(page => page.Select(Json).ToArray())]);
            var result = await bench.RunAsync(
                source, run.IsFull ? WriteMode.Replace : WriteMode.Merge, TestContext.Current.CancellationToken);
            if (run.IsFull) model.Clear();
            foreach (var record in run.Pages.SelectMany(page => page))
            {
                if (record.IsDeletion) model.Remove(record.Id);
                else model[record.Id] = record.Value;
            }

            result.Status.ShouldBe(RunStatus.Succeeded, string.Join("; ", result.Problems.Select(problem => problem.Message)));
            result.Streams[0].IsAccountedFor.ShouldBeTrue();
            (await bench.QueryAsync("SELECT id, value FROM things ORDER BY id"))
                .ShouldBe(model.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}|{pair.Value}"));
        }
    }

    private static string Json(Record record) =>
        record.IsDeletion ? $$"""-{"id":{{record.Id}}}""" : $$"""{"id":{{record.Id}},"value":{{record.Value}}}""";

    private sealed record Record(int Id, int Value, bool IsDeletion);

    private sealed record Run(bool IsFull, IReadOnlyList<Record[]> Pages);
}
