using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Planning;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Pipeline;

/// <summary>A stream becomes the table that a pipeline wants (S1.5, S2.3).</summary>
public sealed class StreamShapingTests
{
    private static readonly StreamSchema Stream = new("deals",
    [
        new("opty_id", FieldType.Text) { Path = "OptyId" }, new("stage", FieldType.Text) { Path = "SalesStage" },
        new("revenue", FieldType.Decimal) { Path = "Revenue" },
    ])
    {
        Key = ["opty_id"],
    };

    private readonly List<Problem> _problems = [];

    [Fact]
    public void S2_3_named_columns_are_all_there_are_and_the_key_goes_by_its_new_name()
    {
        var shaped = Shape(new StreamShape("deals")
        {
            Columns =
            [
                new("remote_id") { From = "opty_id" },
                new("status") { From = "stage", Owner = ColumnOwner.App, Default = "NEW", When = [new("phase", ["WON"])] },
                new("phase") { From = "stage" }, new("practice") { From = "Practice_c" },
                new("untouched") { Owner = ColumnOwner.App },
            ],
        });

        _problems.ShouldBeEmpty();
        shaped.Key.ShouldBe(["remote_id"]);
        shaped.Fields.Select(field => (field.Name, field.Path)).ShouldBe(
            [("remote_id", "OptyId"), ("status", "SalesStage"), ("phase", "SalesStage"), ("practice", "Practice_c")]);
    }

    [Fact]
    public void All_fields_stay_beside_those_that_are_named_and_a_mark_is_added()
    {
        var shaped = Shape(
            new StreamShape("deals") { AllFields = true, Columns = [new("remote_id") { From = "opty_id" }] },
            DeletePolicy.Marking("is_deleted"));

        shaped.Fields.Select(field => field.Name).ShouldBe(["stage", "revenue", "remote_id", "is_deleted"]);
        shaped.Fields[3].ShouldSatisfyAllConditions(
            mark => mark.Type.ShouldBe(FieldType.Boolean), mark => mark.Ownership!.Default.ShouldBe("false"));
    }

    [Theory]
    [InlineData("revenu", null, null, "column.unknown")]
    [InlineData("_hash", "revenue", null, "column.reserved")]
    [InlineData("key", "opty_id", null, "column.not_unique")]
    [InlineData("KEY", "stage", null, "column.not_unique")]
    [InlineData("_Hash", "revenue", null, "column.reserved")]
    [InlineData("_takes_0", "revenue", null, "column.reserved")]
    [InlineData("n", "revenue", "many", "column.invalid_rule")]
    [InlineData("t", "stage", "x {nothing}", "column.invalid_rule")]
    public void A_column_that_cannot_be_is_refused(string name, string? from, string? otherwise, string code)
    {
        Shape(new StreamShape("deals")
        {
            Columns =
            [
                new("key") { From = "opty_id" }, new(name) { From = from, Default = otherwise },
            ],
        });

        _problems.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Fact]
    public void A_table_without_its_key_is_refused()
    {
        Shape(new StreamShape("deals") { Columns = [new("stage")] });

        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.key_missing");
    }

    [Fact]
    public void P6_a_mark_does_not_overwrite_the_key_and_no_column_of_Tidemarks_is_written_over()
    {
        Shape(new StreamShape("deals"), DeletePolicy.Marking("opty_id"));
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.invalid_rule");
        _problems.Clear();
        Shape(new StreamShape("deals"), DeletePolicy.Marking("_run"));
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _problems.Clear();
        Shape(new StreamShape("deals") { SyncedAt = "_hash" });
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _problems.Clear();
        Shape(new StreamShape("deals") { SyncedAt = "Stage" });
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _problems.Clear();
        Shape(new StreamShape("deals") { AllFields = true, Columns = [new("Stage") { From = "revenue" }] });
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.not_unique");
        _problems.Clear();
        Shape(new StreamShape("deals") { References = new Dictionary<string, string> { ["stge"] = "stages" } });
        _problems.ShouldHaveSingleItem().Code.ShouldBe("column.unknown");
    }

    private StreamSchema Shape(StreamShape shape, DeletePolicy? deletes = null) =>
        new StreamShaping(Stream, shape, deletes ?? DeletePolicy.Hard, _problems).Run();
}
