using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class TransferPlannerTests
{
    [Fact]
    public void A_plan_has_the_tables_in_order_with_what_is_moved_of_each()
    {
        var customers = Shapes.Table("customers", Shapes.Column("email", "text"), Shapes.Column("lower", "text") with { IsGenerated = true }, Shapes.Column("rate", "real") with { HashesNatively = false });
        var orders = Shapes.Table("orders").Referring("customers", "orders") with { EstimatedRows = 640 };
        var target = orders with { Columns = [.. orders.Columns.Select(column => column with { IsIdentityAlways = column.Name == "id" })] };

        var plan = TransferPlanner.Of(
            Shapes.Database("shop", orders, customers), Shapes.Database("copy", target, customers),
            new() { Where = new Dictionary<string, string> { ["customers"] = "id = 5" }, Mask = new Dictionary<string, ColumnMask> { ["customers.email"] = ColumnMask.Hash } });

        plan.Problems.ShouldBeEmpty();
        plan.Tables.Select(table => table.Label).ShouldBe(["customers", "orders"]);
        plan.Tables[0].Columns.ShouldBe([
            new("id", "integer", HashForm.Native), new("email", "text", HashForm.Native) { Mask = ColumnMask.Hash }, new("rate", "real", HashForm.Text),
        ]);
        plan.Tables[0].Where.ShouldBe("id = 5");
        plan.Tables[1].Where.ShouldNotBeNull().ShouldContain("id = 5");
        plan.Tables[1].Key.ShouldBe(["id"]);
        plan.Tables[1].EstimatedRows.ShouldBe(640);
        plan.Tables.Select(table => table.HasIdentityAlways).ShouldBe([false, true]);
        plan.Tables[1].LateKeys.ShouldHaveSingleItem().Name.ShouldBe("orders_orders_fkey");
    }

    [Fact]
    public void Foreign_keys_of_the_target_alone_order_tables_too()
    {
        var plan = TransferPlanner.Of(
            Shapes.Database("shop", Shapes.Table("a", Shapes.Column("z_id", "integer")), Shapes.Table("z")),
            Shapes.Database("copy", Shapes.Table("a").Referring("z"), Shapes.Table("z")), new());

        plan.Tables.Select(table => table.Label).ShouldBe(["z", "a"]);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void S5_9_rows_are_copied_as_text_unless_every_type_is_the_servers_own_at_both_ends(bool source, bool target, bool isText)
    {
        DatabaseShape With(bool isOwn) => Shapes.Database("shop" + isOwn, Shapes.Table("t", Shapes.Column("v", "public.hstore") with { CopiesInBinary = isOwn }));

        var plan = TransferPlanner.Of(With(source) with { Identity = "1" }, With(target) with { Identity = "2" }, new());

        plan.Tables.ShouldHaveSingleItem().InText.ShouldBe(isText);
    }

    [Fact]
    public void S5_25_another_version_of_an_extension_is_remarked()
    {
        DatabaseShape With(string name, string version) =>
            Shapes.Database(name, Shapes.Table("t", Shapes.Column("v", "public.hstore") with { CopiesInBinary = false, Extension = "hstore" })) with
            {
                Extensions = new Dictionary<string, string> { ["hstore"] = version, ["pg_trgm"] = name },
            };

        TransferPlanner.Of(With("shop", "1.6"), With("copy", "1.8"), new()).Remarks
            .ShouldBe(["The extension hstore is 1.6 in the source and 1.8 in the target: values of its types are copied as text."]);
    }

    [Fact]
    public void Values_are_hashed_as_text_where_one_end_alone_says_that_equal_ones_may_differ()
    {
        DatabaseShape With(string name, bool isNative) => Shapes.Database(name, Shapes.Table("t", Shapes.Column("v", "text") with { HashesNatively = isNative }));

        TransferPlanner.Of(With("shop", true), With("copy", false), new()).Tables[0].Columns[1].Hash.ShouldBe(HashForm.Text);
    }

    [Theory]
    [InlineData("id", ColumnMask.Hash, "transfer.mask_key, transfer.mask_type")]
    [InlineData("customers_id", ColumnMask.Null, "transfer.mask_key")]
    [InlineData("code", ColumnMask.Hash, "transfer.mask_key")]
    [InlineData("short", ColumnMask.Hash, "transfer.mask_type")]
    [InlineData("short", ColumnMask.Null, "")]
    [InlineData("wide", ColumnMask.Hash, "")]
    [InlineData("any", ColumnMask.Hash, "")]
    [InlineData("needed", ColumnMask.Hash, "")]
    [InlineData("needed", ColumnMask.Null, "transfer.mask_null")]
    [InlineData("computed", ColumnMask.Null, "transfer.mask_generated")]
    public void Rule_7_masks_are_refused_where_keys_or_types_would_suffer(string column, ColumnMask mask, string codes)
    {
        var orders = Shapes.Table(
            "orders", Shapes.Column("code", "text"), Shapes.Column("short", "character varying(63)"), Shapes.Column("wide", "character varying(64)"), Shapes.Column("any", "character varying"),
            Shapes.Column("needed", "text") with { IsNotNull = true }, Shapes.Column("computed", "text") with { IsGenerated = true }).Referring("customers");
        var notes = Shapes.Table("notes", Shapes.Column("code", "text")) with { ForeignKeys = [new("by_code", ["code"], orders.Name, ["code"], "")] };
        TableShape[] tables = [Shapes.Table("customers"), orders, notes];

        var plan = TransferPlanner.Of(Shapes.Database("shop", tables), Shapes.Database("copy", tables), new() { Mask = new Dictionary<string, ColumnMask> { [$"orders.{column}"] = mask } });

        string.Join(", ", plan.Problems.Select(problem => problem.Code)).ShouldBe(codes);
        plan.Problems.ShouldAllBe(problem => problem.Subject == $"mask orders.{column}" && problem.Hint != null);
    }

    [Fact]
    public void A_table_that_the_target_lacks_is_a_problem_and_not_in_the_plan()
    {
        var plan = TransferPlanner.Of(Shapes.Database("shop", Shapes.Table("orders"), Shapes.Table("customers")), Shapes.Database("copy", Shapes.Table("oders"), Shapes.Table("customers")), new());

        plan.Problems.ShouldHaveSingleItem().Hint.ShouldBe("It has a table oders.");
        plan.Tables.Select(table => table.Label).ShouldBe(["customers"]);
    }

    [Fact]
    public void A_replica_has_no_rows_of_an_unlogged_table()
    {
        var logs = Shapes.Table("logs") with { IsUnlogged = true };

        TransferPlanner.Of(Shapes.Database("shop", logs) with { IsReplica = true }, Shapes.Database("copy", logs), new()).Problems.ShouldHaveSingleItem().Code.ShouldBe("transfer.unlogged_on_replica");
    }
}
