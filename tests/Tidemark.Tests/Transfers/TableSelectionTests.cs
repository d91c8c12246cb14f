using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class TableSelectionTests
{
    private static readonly DatabaseShape Shop = Shapes.Database(
        "shop", Shapes.Table("customers", Shapes.Column("email", "text")), Shapes.Table("orders"), Shapes.Table("order_items"), Shapes.Table("sales.orders"),
        Shapes.Table("sales.targets"), new TableShape(new("public", "odd.name?"), [Shapes.Column("id", "integer")]));

    [Theory]
    [InlineData("", "customers, orders, order_items, sales.orders, sales.targets, odd.name?")]
    [InlineData("orders", "orders")]
    [InlineData("public.orders", "orders")]
    [InlineData("sales.orders", "sales.orders")]
    [InlineData("order*", "orders, order_items")]
    [InlineData("sales.*", "sales.orders, sales.targets")]
    [InlineData("*.orders", "orders, sales.orders")]
    [InlineData("s*.t*", "sales.targets")]
    [InlineData("odd.name?", "odd.name?")]
    [InlineData("customers orders", "customers, orders")]
    [InlineData("o*d*rs", "orders")]
    [InlineData("*r*r*", "orders, order_items")]
    [InlineData("*er_*s", "order_items")]
    [InlineData("*", "customers, orders, order_items, odd.name?")]
    public void Patterns_mean_tables_of_public_unless_they_have_a_schema(string patterns, string tables)
    {
        var selection = TableSelection.Of(Shop, new() { Tables = patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries) });

        selection.Problems.ShouldBeEmpty();
        string.Join(", ", selection.Tables.Select(table => table.Label)).ShouldBe(tables);
    }

    [Fact]
    public void Excluded_tables_stay_out() =>
        TableSelection.Of(Shop, new() { Tables = ["order*"], Exclude = ["*_items"] }).Tables.Select(table => table.Label).ShouldBe(["orders"]);

    [Fact]
    public void S5_19_whatever_matches_nothing_is_a_problem_with_the_nearest_name()
    {
        var selection = TableSelection.Of(Shop, new()
        {
            Tables = ["customers", "order?", "Orders"],
            Exclude = ["tmp_*"],
            Where = new Dictionary<string, string> { ["custmers"] = "TRUE", ["orders"] = "TRUE" },
            Mask = new Dictionary<string, ColumnMask> { ["customers.emial"] = ColumnMask.Null, ["customer.email"] = ColumnMask.Null, ["email"] = ColumnMask.Null },
        });

        selection.Problems.Select(problem => $"{problem.Code} {problem.Subject}: {problem.Hint}").ShouldBe([
            "transfer.unknown_table table order?: Did you mean orders? Leave tables out to transfer all.",
            "transfer.unknown_table table Orders: Did you mean orders? Leave tables out to transfer all.",
            "transfer.unknown_table excluded table tmp_*: Known: customers, odd.name?, order_items, orders, sales.orders, sales.targets.",
            "transfer.unknown_table where custmers: Did you mean customers?",
            "transfer.unknown_table where orders: Add orders to the tables, or take this out.",
            "transfer.unknown_column mask customers.emial: Did you mean email?",
            "transfer.unknown_table mask customer: Did you mean customers?",
            "transfer.unknown_column mask email: Write table.column.",
        ]);
    }

    [Fact]
    public void Masks_and_conditions_find_their_table_with_the_schema_and_without()
    {
        var selection = TableSelection.Of(Shop, new()
        {
            Where = new Dictionary<string, string> { ["public.orders"] = "id > 1", ["sales.orders"] = "id > 2", ["odd.name?"] = "id > 3" },
            Mask = new Dictionary<string, ColumnMask> { ["public.customers.email"] = ColumnMask.Hash },
        });

        selection.Problems.ShouldBeEmpty();
        selection.Where.ShouldBe(new Dictionary<Engine.Destinations.Sql.SqlName, string>
        {
            [new("public", "orders")] = "id > 1",
            [new("sales", "orders")] = "id > 2",
            [new("public", "odd.name?")] = "id > 3",
        }, ignoreOrder: true);
        selection.Masks.ShouldHaveSingleItem().ShouldBe(new((new("public", "customers"), "email"), ColumnMask.Hash));
    }

    [Fact]
    public void S5_25_tables_of_extensions_and_of_other_servers_are_left_out_and_named_and_refused_when_asked_for()
    {
        var source = Shapes.Database(
            "shop", Shapes.Table("orders"), Shapes.Table("spatial_ref_sys") with { Extension = "postgis" }, Shapes.Table("elsewhere") with { IsForeign = true });

        var all = TableSelection.Of(source, new());
        all.Tables.Select(table => table.Label).ShouldBe(["orders"]);
        all.Problems.ShouldBeEmpty();
        all.Remarks.ShouldBe(["Left out, since other servers have them: elsewhere.", "Left out, since extensions fill them: spatial_ref_sys."]);
        TableSelection.Of(source, new() { Tables = ["orders", "elsewhere", "spatial*"] }).Problems.Select(problem => problem.Code).ShouldBe(["transfer.foreign_table"]);
        TableSelection.Of(source, new() { Tables = ["spatial_ref_sys"] }).Problems.Select(problem => problem.Code).ShouldBe(["transfer.extension_table"]);
    }

    [Fact]
    public void S5_19_a_transfer_of_no_tables_is_a_problem()
    {
        TableSelection.Of(Shapes.Database("empty"), new()).Problems.ShouldHaveSingleItem().Message.ShouldContain("has no tables");
        TableSelection.Of(Shop, new() { Exclude = ["*.*"] }).Problems.ShouldHaveSingleItem().Code.ShouldBe("transfer.no_tables");
        TableSelection.Of(Shop, new() { Where = new Dictionary<string, string> { ["orders"] = " " } }).Problems.ShouldHaveSingleItem().Code.ShouldBe("transfer.filter_empty");
    }
}
