using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Pipeline.Guarding;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>The guard's rules (P4, P5) as tables.</summary>
public sealed class GuardTests
{
    private static readonly StreamSchema People = new("people", [new("id", FieldType.Text), new("name", FieldType.Text)]);

    [Theory]
    [InlineData("", "id,name", null)]
    [InlineData("name", "id,name", null)]
    [InlineData("name,age", "age,id,name", null)]
    [InlineData("name,age", "id,name", "age")]
    [InlineData("name,age,raw", "id", "name, age, raw")]
    [InlineData("Name", "name", "Name")]
    public void P5_a_run_that_leaves_columns_alone_which_earlier_ones_filled_needs_approval(string earlier, string now, string? lost)
    {
        var objection = Guard.Narrowed("people", Words(earlier), Words(now));

        if (lost is null) objection.ShouldBeNull();
        else
        {
            objection.ShouldNotBeNull().Code.ShouldBe("guard.narrowed_schema");
            objection.Message.ShouldBe($"people has columns that earlier runs filled and this one would not: {lost}.");
        }
    }

    [Theory]
    // live, staged, deletes, updates -> code
    [InlineData(0, 0, 0, 0, null)]
    [InlineData(0, 50, 0, 0, null)]
    [InlineData(5, 0, 5, 0, "guard.empty_source")]
    [InlineData(100, 90, 10, 0, null)] // never asked for up to ten rows
    [InlineData(20, 10, 10, 0, null)]
    [InlineData(100, 85, 15, 0, null)]
    [InlineData(100, 84, 16, 0, "guard.too_many_deletes")]
    [InlineData(1000, 989, 11, 0, null)]
    [InlineData(100, 100, 0, 50, null)]
    [InlineData(100, 100, 0, 51, "guard.too_many_updates")]
    [InlineData(100, 84, 16, 51, "guard.too_many_deletes")]
    public void P4_P5_shares_and_emptiness_decide_whether_a_publish_needs_approval(
        long live, long staged, long deletes, long updates, string? code)
    {
        var preview = new PublishPreview("people", live, staged, deletes) { Updates = updates };
        var plan = Plan() with { Limits = RunLimits.Usual with { MaxDeletedPercent = 15, MaxDeletedRows = 10, MaxUpdatedPercent = 50 } };

        Codes(new Guard(plan), preview).ShouldBe(code is null ? [] : [code]);
        Codes(new Guard(plan with { IgnoresLimits = true }), preview).ShouldBeEmpty();
    }

    [Fact]
    public void P4_rows_whose_records_are_out_of_sight_are_objected_to_before_anything_else()
    {
        var preview = new PublishPreview("people", LiveRows: 10, StagedRows: 9, Deletes: 1) { SharedWith = "other" };
        var plan = Plan();

        Codes(new Guard(plan), preview).ShouldBe(["guard.shared_table"]);
        Codes(new Guard(plan) { OutOfSight = _ => ["records of Munich"] }, preview).ShouldBe(["guard.out_of_sight"]);
        Codes(new Guard(plan) { OutOfSight = _ => null }, preview).ShouldBe(["guard.out_of_sight"]);
        Codes(new Guard(plan) { OutOfSight = _ => null }, preview with { Deletes = 0, SharedWith = null }).ShouldBeEmpty();
    }

    [Fact]
    public void P4_a_record_that_was_written_back_to_is_not_taken_for_gone()
    {
        var plan = Plan() with { Streams = [Plan().Streams[0] with { LosesWrittenBack = true }] };

        Codes(new Guard(plan), new PublishPreview("people", 100, 99, 1)).ShouldBe(["guard.written_back"]);
        Codes(new Guard(plan), new PublishPreview("people", 100, 100, 0)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Codes(Guard guard, PublishPreview preview) => guard.Objections([preview]).Select(problem => problem.Code);

    private static SyncPlan Plan() => new("test", new ScriptedSource(People), null!, [new StreamPlan(new TablePlan("people", People))]);

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
