using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Destinations.Writing;
using Tidemark.Engine.Records;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>How a stream's writing begins (P1, P8), as tables.</summary>
public sealed class StagingChoiceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Checksum Rows = Checksum.Of(7) + Checksum.Of(8);
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text)]);

    [Theory]
    // minutes old, parked by, continues, columns fit, rows fit
    [InlineData(0, null, null, true, true, StagingDecision.Resume)]
    [InlineData(60, null, null, true, true, StagingDecision.Resume)]
    [InlineData(61, null, null, true, true, StagingDecision.Begin)]
    [InlineData(0, null, null, false, true, StagingDecision.Begin)]
    [InlineData(0, null, null, true, false, StagingDecision.Begin)]
    [InlineData(0, "r-1", null, true, true, StagingDecision.Begin)]
    [InlineData(0, "r-1", "r-1", true, true, StagingDecision.Resume)]
    [InlineData(100_000, "r-1", "r-1", true, true, StagingDecision.Resume)]
    [InlineData(0, "r-1", "r-2", true, true, StagingDecision.Refuse)]
    [InlineData(0, null, "r-1", true, true, StagingDecision.Refuse)]
    [InlineData(0, "r-1", "r-1", false, true, StagingDecision.Refuse)]
    [InlineData(0, "r-1", "r-1", true, false, StagingDecision.Refuse)]
    public void P8_a_staging_is_resumed_only_where_it_is_young_whole_and_this_run_s_own(
        int minutes, string? parked, string? continues, bool hasColumns, bool hasRows, StagingDecision expected)
    {
        var checkpoint = new Checkpoint(new Cursor("1"), StagedCounts.None with { Checksum = Rows }, Noon.AddMinutes(-minutes)) { Parked = parked };

        StagingChoice.Of(new StagingFacts(checkpoint, continues, Noon) { HasColumns = hasColumns, Content = hasRows ? Rows : default })
            .ShouldBe(expected);
    }

    [Fact]
    public void P8_without_a_checkpoint_a_run_begins_and_an_approval_is_refused()
    {
        StagingChoice.Of(new StagingFacts(null, null, Noon)).ShouldBe(StagingDecision.Begin);
        StagingChoice.Of(new StagingFacts(null, "r-1", Noon)).ShouldBe(StagingDecision.Refuse);
    }

    [Theory]
    [InlineData(false, false, false, StagingDecision.Begin)]
    [InlineData(false, false, true, StagingDecision.Begin)]
    [InlineData(true, false, false, StagingDecision.Resume)] // all records are in quarantine
    [InlineData(true, false, true, StagingDecision.Begin)] // somebody emptied it
    [InlineData(true, true, true, StagingDecision.Resume)]
    public void A_merge_begins_anew_where_the_rows_that_it_would_go_on_from_are_gone(
        bool isTidemarks, bool hasRows, bool wasWritten, StagingDecision expected) =>
        StagingChoice.Of(new LiveFacts(isTidemarks, hasRows, wasWritten)).ShouldBe(expected);

    [Theory]
    // has rows, was written, other table, lacks a column, redefined
    [InlineData(true, true, true, false, false, StagingDecision.Compare)]
    [InlineData(true, true, false, true, false, StagingDecision.Compare)]
    [InlineData(true, true, false, false, true, StagingDecision.Compare)]
    [InlineData(true, false, true, false, false, StagingDecision.Compare)] // rows of another pipeline or another state
    [InlineData(false, false, true, false, false, StagingDecision.Begin)]
    [InlineData(false, true, true, false, false, StagingDecision.Begin)]
    [InlineData(false, false, false, true, true, StagingDecision.Resume)] // no row lacks anything
    public void W2_a_merge_compares_everything_where_its_state_speaks_of_other_rows(
        bool hasRows, bool wasWritten, bool isOther, bool lacksColumn, bool isRedefined, StagingDecision expected) =>
        StagingChoice.Of(new LiveFacts(IsTidemarks: true, hasRows, wasWritten)
        {
            IsOther = isOther,
            Missing = lacksColumn ? ["name"] : [],
            IsRedefined = isRedefined,
        }).ShouldBe(expected);

    [Theory]
    [InlineData(WriteMode.Merge, false, false, false, StagingShape.Direct)]
    [InlineData(WriteMode.Merge, false, true, false, StagingShape.Direct)]
    [InlineData(WriteMode.Replace, false, false, false, StagingShape.BecomesLive)]
    [InlineData(WriteMode.Replace, false, false, true, StagingShape.Difference)]
    [InlineData(WriteMode.Replace, false, true, false, StagingShape.Difference)]
    [InlineData(WriteMode.Merge, true, true, false, StagingShape.Difference)]
    [InlineData(WriteMode.Replace, true, true, false, StagingShape.Difference)]
    [InlineData(WriteMode.Replace, true, false, false, StagingShape.DifferenceWithoutLive)]
    [InlineData(WriteMode.Replace, true, false, true, StagingShape.DifferenceWithoutLive)]
    public void P1_mode_staging_and_live_table_say_what_rows_are_written_into(
        WriteMode mode, bool isCompared, bool hasLive, bool isReferredTo, StagingShape expected) =>
        StagingChoice.Shape(new TablePlan("people", People) { Mode = mode, IsReferredTo = isReferredTo }.Compared(isCompared), hasLive)
            .ShouldBe(expected);
}
