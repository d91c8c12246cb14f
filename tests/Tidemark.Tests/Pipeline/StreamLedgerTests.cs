using System.Text;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Quarantining;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>Every record that is read ends as one of the counts, and the receipt expects the rows that were written.</summary>
public sealed class StreamLedgerTests
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("age", FieldType.Int64)]);

    private static readonly Problem Bad = new("value.wrong_type", "field age", "Not a number.");

    private readonly HandClock _clock = new();

    [Theory]
    [InlineData("a b c", 0, 0, 3, 0, 0, 0)] // all new
    [InlineData("a b c", 0, 0, 0, 2, 1, 0)] // two changed, one as it was
    [InlineData("a b c", 2, 0, 3, 0, 0, 2)] // two more that no column takes
    [InlineData("a b c", 0, 1, 2, 0, 0, 1)] // one that the database refuses
    [InlineData("a b a a", 1, 1, 1, 0, 0, 2)] // the last of several of one key counts, the others are skipped
    [InlineData("", 0, 0, 0, 0, 0, 0)]
    public void P2_a_merge_accounts_for_every_record(
        string ids, int unfit, int refused, int created, int updated, int unchanged, int quarantined)
    {
        var ledger = Ledger(WriteMode.Merge);
        var batch = Batch(ids, unfit);
        var written = new WriteResult
        {
            Created = created,
            Updated = updated,
            Unchanged = unchanged,
            Deleted = 7,
            Refused = [.. Enumerable.Range(0, refused).Select(row => new RefusedRow(row, Bad))],
        };

        ledger.Wrote(batch, written, StagedCounts.None);
        ledger.Wrote(batch, written, StagedCounts.None);

        var figures = ledger.Figures;
        (figures.Created, figures.Updated, figures.Unchanged, figures.Deleted).ShouldBe((2 * created, 2 * updated, 2 * unchanged, 14));
        figures.Quarantined.ShouldBe(2 * quarantined);
        figures.IsAccountedFor.ShouldBeTrue();
    }

    [Fact]
    public void P3_the_receipt_of_a_merge_fits_where_every_row_that_was_taken_is_found_and_only_then()
    {
        var (whole, lacking) = (Ledger(WriteMode.Merge), Ledger(WriteMode.Merge));
        var batch = Batch("a b a c", unfit: 0);
        RefusedRow[] refused = [new(1, Bad)];
        var found = Checksum.Of(batch.Rows.Hash(2)) + Checksum.Of(batch.Rows.Hash(3));
        whole.Wrote(batch, new() { Created = 2, Refused = refused, Verified = found }, StagedCounts.None);
        lacking.Wrote(batch, new() { Created = 2, Refused = refused, Verified = Checksum.Of(batch.Rows.Hash(2)) }, StagedCounts.None);

        whole.Verified(default);
        lacking.Verified(default);

        whole.Figures.Receipt!.IsVerified.ShouldBeTrue();
        lacking.Figures.Receipt!.IsVerified.ShouldBeFalse();
        lacking.Verified(Checksum.Of(batch.Rows.Hash(3)));
        lacking.Figures.Receipt!.IsVerified.ShouldBeTrue();
    }

    [Fact]
    public void A_replace_counts_what_is_staged_and_what_becomes_of_it_when_it_is_published()
    {
        var ledger = Ledger(WriteMode.Replace);
        var first = Batch("a b a", unfit: 1);
        var staged = StreamLedger.Staged(StagedCounts.None, first);
        ledger.Wrote(first, new WriteResult { Created = 99 }, staged);
        var second = Batch("c", unfit: 0) with { Overtaken = 1, Unidentified = 3 };
        staged = StreamLedger.Staged(staged, second);
        ledger.Wrote(second, new WriteResult(), staged);

        (staged.Read, staged.Skipped, staged.Quarantined, staged.Unidentified, staged.Checksum.Rows).ShouldBe((5, 2, 0, 3, 3));
        (ledger.IsStaged, ledger.Figures.Read, ledger.Figures.Created).ShouldBe((true, 5, 0));

        var live = staged.Checksum - Checksum.Of(first.Rows.Hash(1));
        ledger.Published(new PublishResult("people", 1, 1, 0, 4)
        {
            Live = live,
            Refused = [new("{}", first.Rows.Hash(1), Bad)],
        });

        var figures = ledger.Figures;
        (figures.Created, figures.Updated, figures.Deleted, figures.Quarantined).ShouldBe((1, 1, 4, 1));
        (figures.IsAccountedFor, figures.Receipt!.IsVerified, ledger.IsStaged).ShouldBe((true, true, false));
    }

    [Fact]
    public void A_scan_of_the_keys_leaves_unchanged_what_it_found()
    {
        var ledger = new StreamLedger(Plan(WriteMode.Replace) with { KeysOnly = true }, new QuarantineLimit(10, 10), _clock);
        ledger.Wrote(Batch("a b c d", unfit: 0), new WriteResult(), new StagedCounts(Read: 4, Skipped: 1, Quarantined: 0, default));

        ledger.Published(new PublishResult("people", 0, 0, 0, Deleted: 2));

        (ledger.Figures.Unchanged, ledger.Figures.Deleted, ledger.Figures.IsAccountedFor).ShouldBe((3, 2, true));
    }

    [Fact]
    public void P3_records_that_were_in_quarantine_before_do_not_count_towards_the_limit()
    {
        var (ledger, retried) = (Ledger(WriteMode.Merge), Ledger(WriteMode.Merge));
        var bad = Batch("", unfit: 12);
        foreach (var each in new[] { ledger, retried }) each.Wrote(bad, new WriteResult(), StagedCounts.None);
        retried.Retried();

        ledger.TooManyQuarantined(isEnd: true).ShouldNotBeNull().Code.ShouldBe(QuarantineLimit.Code);
        retried.TooManyQuarantined(isEnd: true).ShouldBeNull();
        retried.TooManyQuarantined(isEnd: true, more: 10).ShouldBeNull("ten are allowed whatever their share");
    }

    [Fact]
    public void Time_runs_from_the_stream_s_turn_until_it_has_ended_and_a_failure_stays()
    {
        var ledger = Ledger(WriteMode.Merge);
        _clock.Seconds = 40;
        ledger.Figures.Seconds.ShouldBe(0, "it waits its turn");
        ledger.Begin();
        _clock.Seconds = 43;
        ledger.Figures.Seconds.ShouldBe(3);
        ledger.Failed(Bad);
        ledger.Ended();
        _clock.Seconds = 60;
        ledger.Ended();

        (ledger.Figures.Seconds, ledger.HasFailed, ledger.Figures.Error).ShouldBe((3, true, Bad));
    }

    private static TablePlan Plan(WriteMode mode) => new("people", People) { Mode = mode };

    private StreamLedger Ledger(WriteMode mode) => new(Plan(mode), new QuarantineLimit(10, 10), _clock);

    private static Batch Batch(string ids, int unfit)
    {
        var rows = new RowBatch(People);
        var mapper = new RecordMapper(People, reportsNewFields: false, keepsRaw: true);
        string[] each = ids.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at < each.Length; at++)
            mapper.Map(Encoding.UTF8.GetBytes($$"""{"id":"{{each[at]}}","age":{{at}}}"""), isDeletion: false, rows).IsAdded.ShouldBeTrue();
        return new(rows, each.Length + unfit, [.. Enumerable.Range(0, unfit).Select(_ => new QuarantinedRecord("people", "{}", Bad))], 0, new("1"), [], []);
    }

    private sealed class HandClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
