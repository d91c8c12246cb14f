using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Comparing;
using Tidemark.Engine.Pipeline.Quarantining;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>What is counted, shown and hashed of the changes that a run would make.</summary>
public sealed class ChangeReportTests
{
    private static readonly RowChange[] Three =
    [
        new(ChangeKind.Add, "a", [new("name", null, "Ada")]),
        new(ChangeKind.Update, "b", [new("name", "Bob", "Bobby"), new("age", "1", null)]),
        new(ChangeKind.Delete, "c", [new("name", "Cy", null)]),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_are_counted_by_kind_and_the_rest_of_what_was_read_is_unchanged()
    {
        var report = await ReportAsync([.. Three, .. Three[..2]]);

        (report.Adds, report.Updates, report.Deletes).ShouldBe((2, 2, 1));
        (report.Unchanged, report.Quarantined).ShouldBe((100 - 10 - 5 - 4, 5));
        report.Samples.Select(Text).ShouldBe(Three.Concat(Three[..2]).Select(Text));
    }

    [Fact]
    public async Task Five_of_a_kind_are_shown_and_long_values_are_cut()
    {
        var many = Enumerable.Range(0, 9).Select(at => new RowChange(ChangeKind.Add, $"k{at}", [new("name", null, new string('x', 200 + at))]));

        var report = await ReportAsync([.. many, Three[2]]);

        (report.Adds, report.Samples.Count).ShouldBe((9, 6));
        report.Samples[0].Fields[0].After.ShouldBe(new string('x', 200));
        report.Samples[1].Fields[0].After.ShouldBe(new string('x', 200) + "…");
        Text(report.Samples[5]).ShouldBe(Text(Three[2]));
    }

    [Fact]
    public async Task The_digest_is_the_same_in_any_order_and_changes_are_added_to_it()
    {
        var digest = (await ReportAsync(Three)).Digest;

        digest.Length.ShouldBe(16);
        (await ReportAsync([.. Three.Reverse()])).Digest.ShouldBe(digest);
        (await ReportAsync(Three[..2])).Digest.ShouldNotBe(digest);
        (await ReportAsync([.. Three, Three[0]])).Digest.ShouldNotBe(digest);
        (await ReportAsync([])).Digest.ShouldBe("0000000000000000");
    }

    public static TheoryData<string, RowChange> Others => new()
    {
        { "another kind", Three[1] with { Kind = ChangeKind.Add } },
        { "another key", Three[1] with { Key = "B" } },
        { "another column", Three[1] with { Fields = [new("nick", "Bob", "Bobby"), Three[1].Fields[1]] } },
        { "another value before", Three[1] with { Fields = [new("name", "Rob", "Bobby"), Three[1].Fields[1]] } },
        { "another value after", Three[1] with { Fields = [new("name", "Bob", "Bobbie"), Three[1].Fields[1]] } },
        { "an empty text in place of none", Three[1] with { Fields = [Three[1].Fields[0], new("age", "1", "")] } },
        { "a column less", Three[1] with { Fields = [Three[1].Fields[0]] } },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public async Task P7_a_plan_with_any_other_change_has_another_digest(string what, RowChange other) =>
        (await ReportAsync([other])).Digest.ShouldNotBe((await ReportAsync([Three[1]])).Digest, what);

    private static string Text(RowChange change) =>
        $"{change.Kind} {change.Key} {string.Join(' ', change.Fields.Select(field => $"{field.Name}:{field.Before}>{field.After}"))}";

    private static async Task<StreamChanges> ReportAsync(RowChange[] changes)
    {
        var table = new TablePlan("people", new StreamSchema("people", [new("id", FieldType.Text)])) { Mode = WriteMode.Replace };
        var ledger = new StreamLedger(table, new QuarantineLimit(100, 100), TimeProvider.System);
        var staged = new StagedCounts(Read: 100, Skipped: 10, Quarantined: 5, default);
        ledger.Wrote(new Batch(new RowBatch(table.Stream), 0, [], 0, new("1"), [], []), new WriteResult(), staged);
        return await ChangeReport.OfAsync(ledger, changes.ToAsyncEnumerable(), file: null, Stop);
    }
}
