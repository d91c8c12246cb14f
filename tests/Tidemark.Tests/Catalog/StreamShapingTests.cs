using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Xunit;

namespace Tidemark.Tests.Catalog;

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

    private readonly List<DefinitionMistake> _mistakes = [];

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

        _mistakes.ShouldBeEmpty();
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

        _mistakes.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Fact]
    public void A_table_without_its_key_is_refused()
    {
        Shape(new StreamShape("deals") { Columns = [new("stage")] });

        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.key_missing");
    }

    [Fact]
    public void P6_a_mark_does_not_overwrite_the_key_and_no_column_of_Tidemarks_is_written_over()
    {
        Shape(new StreamShape("deals"), DeletePolicy.Marking("opty_id"));
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.invalid_rule");
        _mistakes.Clear();
        Shape(new StreamShape("deals"), DeletePolicy.Marking("_run"));
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _mistakes.Clear();
        Shape(new StreamShape("deals") { SyncedAt = "_hash" });
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _mistakes.Clear();
        Shape(new StreamShape("deals") { SyncedAt = "Stage" });
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.reserved");
        _mistakes.Clear();
        Shape(new StreamShape("deals") { AllFields = true, Columns = [new("Stage") { From = "revenue" }] });
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.not_unique");
        _mistakes.Clear();
        Shape(new StreamShape("deals") { References = new Dictionary<string, string> { ["stge"] = "stages" } });
        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.unknown");
    }

    [Theory]
    [InlineData("reveneu", "columns/c/from", "Did you mean revenue? For a place in the record of exactly this name, write /reveneu.")]
    [InlineData("SalesStag", "columns/c/from", "Did you mean SalesStage? For a place in the record of exactly this name, write /SalesStag.")]
    public void A_slip_of_a_name_is_refused_with_the_name_that_was_meant(string from, string key, string hint)
    {
        Shape(new StreamShape("deals") { Columns = [new("opty_id"), new("c") { From = from }] });

        var mistake = _mistakes.ShouldHaveSingleItem();
        (mistake.Key, mistake.Code, mistake.Hint).ShouldBe((key, "column.unknown", hint));
    }

    [Theory]
    [InlineData("/reveneu", "reveneu", true)]
    [InlineData("Practice_c", "Practice_c", true)]
    [InlineData("stage_c", "stage_c", true)]
    [InlineData("SalesStage", "SalesStage", false)]
    [InlineData("SalesStage/inner", "SalesStage/inner", false)]
    public void A_place_of_its_own_is_read_and_known_to_be_there_only_where_the_source_says_so(string from, string path, bool isUnproven)
    {
        var shaped = Shape(new StreamShape("deals") { Columns = [new("opty_id"), new("c") { From = from, Type = FieldType.Int64 }] });

        _mistakes.ShouldBeEmpty();
        (shaped.Fields[1].Path, shaped.Fields[1].Type, shaped.Fields[1].IsUnproven).ShouldBe((path, FieldType.Int64, isUnproven));
    }

    [Fact]
    public void Where_the_source_names_every_property_no_other_is_taken()
    {
        var closed = Stream with { Properties = ["OptyId", "SalesStage", "Revenue", "Practice"] };
        new StreamShaping(closed, new StreamShape("deals") { Columns = [new("opty_id"), new("c") { From = "Region" }, new("d") { From = "Practice/x" }] }, DeletePolicy.Hard, _mistakes).Run();

        _mistakes.ShouldHaveSingleItem().Hint.ShouldBe("Known: OptyId, Practice, Revenue, SalesStage.");
    }

    [Fact]
    public void A_type_that_is_named_is_the_columns_type()
    {
        var shaped = Shape(new StreamShape("deals") { AllFields = true, Columns = [new("revenue") { Type = FieldType.Text }] });

        shaped.Fields.Single(field => field.Name == "revenue").ShouldSatisfyAllConditions(
            field => field.Type.ShouldBe(FieldType.Text), field => field.Path.ShouldBe("Revenue"));
    }

    [Theory]
    [InlineData(ColumnOwner.InsertOnly, null)]
    [InlineData(ColumnOwner.FillIfNull, null)]
    [InlineData(ColumnOwner.Source, "0")]
    public void A_column_of_the_source_needs_a_field_or_a_name_that_is_no_slip(ColumnOwner owner, string? otherwise)
    {
        Shape(new StreamShape("deals") { Columns = [new("opty_id"), new("revenu") { Owner = owner, Default = otherwise }] });

        _mistakes.ShouldHaveSingleItem().Code.ShouldBe("column.unknown");
    }

    [Fact]
    public void A_mark_in_a_column_that_is_a_slip_of_another_is_refused()
    {
        Shape(new StreamShape("deals"), DeletePolicy.Marking("stge"));

        _mistakes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            mistake => mistake.Code.ShouldBe("column.unknown"), mistake => mistake.Hint.ShouldNotBeNull().ShouldStartWith("Did you mean stage?"));
    }

    private StreamSchema Shape(StreamShape shape, DeletePolicy? deletes = null) =>
        new StreamShaping(Stream, shape, deletes ?? DeletePolicy.Hard, _mistakes).Run();
}
