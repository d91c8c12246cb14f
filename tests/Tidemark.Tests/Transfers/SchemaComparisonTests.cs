using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

/// <summary>Each difference alone, and the codes that it leads to.</summary>
public sealed class SchemaComparisonTests
{
    private static readonly TableShape Orders = Shapes.Table("orders", Shapes.Column("total", "numeric(12,2)") with { IsNotNull = true });
    private static readonly TransferPolicy Mirror = new() { Apply = ApplyMode.Mirror, Triggers = TriggerUse.Fire };

    public static TheoryData<string, string> Tables { get; } = new(Differences.Keys.Select(name => (name, name.Split(": ")[0])).Select(pair => new TheoryDataRow<string, string>(pair.name, pair.Item2)));

    // The code, what differs: the source's table, the target's, the way.
    private static Dictionary<string, (Func<TableShape, TableShape> Source, Func<TableShape, TableShape> Target, TransferPolicy Policy)> Differences => new()
    {
        [": nothing"] = (Same, Same, Mirror),
        [": S5.3 another order of columns"] = (Same, table => table with { Columns = [.. table.Columns.Reverse()] }, Mirror),
        [": the same key by another index"] = (table => table with { Keys = [["id"], ["total"]] }, table => table with { Key = ["total"], Keys = [["total"], ["id"]] }, Mirror),
        [": S5.8 partitions at one end alone"] = (Same, table => table with { IsPartitioned = true }, Mirror),
        [": a column that the target may leave out"] = (Same, Plus(Shapes.Column("note", "text"), Shapes.Column("at", "date") with { IsNotNull = true, HasDefault = true }), Mirror),
        [": S5.1 computed at both ends, of another type"] = (Plus(Computed("integer")), Plus(Computed("bigint")), Mirror),
        [": an identity at one end alone"] = (Same, Column("id", column => column with { IsIdentity = true, IsIdentityAlways = true }), Mirror),
        ["transfer.column_missing: the target lacks a column"] = (Plus(Shapes.Column("note", "text")), Same, Mirror),
        ["transfer.column_required: the target has one that takes no null"] = (Same, Plus(Shapes.Column("note", "text") with { IsNotNull = true }), Mirror),
        ["transfer.column_type: S5.9 another modifier"] = (Same, Column("total", column => column with { Type = "numeric(10,2)" }), Mirror),
        ["transfer.column_null: stricter in the target"] = (Column("total", column => column with { IsNotNull = false }), Same, Mirror),
        ["transfer.column_generated: S5.1 computed in the source alone"] = (Column("total", column => column with { IsGenerated = true }), Same, Mirror),
        ["transfer.column_generated: S5.1 computed in the target alone"] = (Same, Column("total", column => column with { IsGenerated = true }), Mirror),
        ["transfer.no_columns: S5.1 only computed columns"] = (OnlyComputed, OnlyComputed, Mirror),
        ["transfer.key_differs: another key"] = (Same, table => table with { Key = ["total"], Keys = [["total"]] }, Mirror),
        ["transfer.key_differs: no key in the target"] = (Same, table => table with { Key = [], Keys = [] }, Mirror),
        ["transfer.key_differs: no key in the source"] = (table => table with { Key = [], Keys = [] }, Same, Mirror),
        ["transfer.inherits: the source inherits"] = (table => table with { Inherits = [Shapes.Name("events")] }, Same, Mirror),
        ["transfer.inherits: the target inherits"] = (Same, table => table with { Inherits = [Shapes.Name("events")] }, Mirror),
        ["transfer.row_security: S5.27 hidden at the source"] = (table => table with { HidesRows = true }, Same, Mirror),
        ["transfer.row_security: S5.27 hidden at the target"] = (Same, table => table with { HidesRows = true }, Mirror),
        ["transfer.foreign_table: of another server in the target"] = (Same, table => table with { IsForeign = true }, Mirror),
        ["transfer.rules: rules in the target"] = (Same, table => table with { Rules = ["redirect"] }, Mirror),
        ["transfer.triggers: triggers in the target"] = (Same, table => table with { Triggers = ["stamp"] }, new()),
        [": triggers that fire"] = (Same, table => table with { Triggers = ["stamp"] }, Mirror),
        [": triggers in the source"] = (table => table with { Triggers = ["stamp"], Rules = ["redirect"] }, Same, new()),
        ["transfer.permission: may not be read"] = (table => table with { Denied = ["SELECT"] }, Same, Mirror),
        [": may only be read at the source"] = (table => table with { Denied = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"] }, Same, Mirror),
        ["transfer.permission: DELETE for a mirror"] = (Same, table => table with { Denied = ["DELETE"] }, Mirror),
        [": no DELETE for an upsert"] = (Same, table => table with { Denied = ["DELETE", "TRUNCATE"] }, new()),
        ["transfer.permission: UPDATE for an upsert"] = (Same, table => table with { Denied = ["UPDATE"] }, new()),
        ["transfer.permission: TRUNCATE for a replace"] = (Same, table => table with { Denied = ["TRUNCATE"] }, new() { Apply = ApplyMode.Replace }),
        [": no UPDATE for a replace"] = (Same, table => table with { Denied = ["UPDATE", "DELETE"] }, new() { Apply = ApplyMode.Replace }),
        ["transfer.extension_missing: S5.25 a type of an extension that the target lacks"] =
            (Plus(Shapes.Column("tags", "public.hstore") with { Extension = "hstore" }), Plus(Shapes.Column("tags", "public.hstore")), Mirror),
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_difference_of_a_table_has_its_code(string difference, string code)
    {
        var (source, target, policy) = Differences[difference];

        var plan = TransferPlanner.Of(Shapes.Database("shop", source(Orders)), Shapes.Database("copy", target(Orders)), policy);

        plan.Problems.Select(problem => problem.Code).ShouldBe(code.Length == 0 ? [] : [code]);
        plan.Problems.ShouldAllBe(problem => problem.Hint != null && problem.Subject.StartsWith("table orders"));
    }

    [Fact]
    public void Rule_5_all_problems_are_told_at_once_table_by_table()
    {
        var plan = TransferPlanner.Of(
            Shapes.Database("shop", Orders, Shapes.Table("customers", Shapes.Column("name", "text")), Shapes.Table("lost")),
            Shapes.Database("copy", Orders with { Rules = ["r"], HidesRows = true }, Shapes.Table("customer"), Shapes.Table("customers")) with { Encoding = "LATIN1" }, Mirror);

        plan.Problems.Select(problem => $"{problem.Code} {problem.Subject}").ShouldBe([
            "transfer.encoding source and target", "transfer.column_missing table customers, column name", "transfer.table_missing table lost",
            "transfer.row_security table orders", "transfer.rules table orders",
        ]);
    }

    [Fact]
    public void A_table_that_others_inherit_from_is_refused()
    {
        var child = Shapes.Table("orders_2020") with { Inherits = [Shapes.Name("orders")] };

        var plan = TransferPlanner.Of(Shapes.Database("shop", Orders, child), Shapes.Database("copy", Orders), new() { Tables = ["orders"] });

        plan.Problems.ShouldHaveSingleItem().Message.ShouldBe("In the source, orders shows the rows of tables that inherit from it too: orders_2020.");
    }

    [Theory]
    [InlineData("enum ('new', 'paid')", "enum ('new', 'paid', 'sent')", false)]
    [InlineData("enum ('new', 'paid')", "enum ('new')", true)]
    [InlineData("enum ('new', 'paid')", "enum ('new', 'late', 'paid')", true)]
    [InlineData("composite (a integer)", "composite (a bigint)", true)]
    public void S5_9_types_of_one_name_may_be_made_of_other_things(string here, string there, bool isRefused)
    {
        var table = Plus(Shapes.Column("state", "public.state") with { UserType = "public.state" })(Orders);

        var plan = TransferPlanner.Of(
            Shapes.Database("shop", table) with { Types = new Dictionary<string, string> { ["public.state"] = here } },
            Shapes.Database("copy", table) with { Types = new Dictionary<string, string> { ["public.state"] = there } }, Mirror);

        plan.Problems.Select(problem => problem.Code).ShouldBe(isRefused ? ["transfer.type_differs"] : []);
    }

    [Fact]
    public void S5_11_large_objects_are_refused_by_name_where_a_column_may_number_them_and_told_where_not()
    {
        var scans = Shapes.Table("scans", Shapes.Column("page", "public.lo") with { DomainOf = "oid" });
        var source = Shapes.Database("shop", Orders, scans) with { LargeObjects = 3 };
        var target = Shapes.Database("copy", Orders, scans);

        TransferPlanner.Of(source, target, Mirror).Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("transfer.large_objects"), problem => problem.Subject.ShouldBe("table scans"));
        var without = TransferPlanner.Of(source, target, Mirror with { Exclude = ["scans"] });
        without.Problems.ShouldBeEmpty();
        without.Remarks.ShouldContain("The source has large objects, which are not transferred.");
        TransferPlanner.Of(source with { LargeObjects = 0 }, target, Mirror).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Tables_that_refer_to_transferred_ones_keep_a_replace_from_being_done_and_are_told_for_a_mirror()
    {
        var items = Shapes.Table("items").Referring("orders");
        var (source, target) = (Shapes.Database("shop", Orders), Shapes.Database("copy", Orders, items));

        TransferPlanner.Of(source, target, new() { Apply = ApplyMode.Replace }).Problems.ShouldHaveSingleItem().Code.ShouldBe("transfer.referenced");
        var mirror = TransferPlanner.Of(source, target, Mirror);
        mirror.Problems.ShouldBeEmpty();
        mirror.Remarks.ShouldHaveSingleItem().ShouldStartWith("items in the target refers to orders by items_orders_fkey and is not transferred");
        TransferPlanner.Of(source, target, new()).Remarks.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_person_should_know_of_a_table_is_remarked()
    {
        var source = Orders.Referring("customers");
        var customers = Shapes.Table("customers") with { Key = [], Keys = [] };
        var plan = TransferPlanner.Of(
            Shapes.Database("shop", customers, source with { ForeignKeys = [source.ForeignKeys[0] with { IsProven = false }] }),
            Shapes.Database("copy", customers, source with { IsUnlogged = true, Constraints = new Dictionary<string, string> { ["positive"] = "CHECK ((total > 0))" } }), Mirror);

        plan.Problems.ShouldBeEmpty();
        plan.Remarks.ShouldBe([
            "customers has no key: a changed row is taken for one that is gone and another that is new.",
            "orders is unlogged in the target: its rows are gone after a crash of that server.",
            "The source does not hold orders_customers_fkey of orders for all rows: the target refuses those that break it.",
            "The target has constraints of orders that the source has not, and may refuse rows for them: positive.",
        ]);
    }

    private static TableShape Same(TableShape table) => table;

    private static Func<TableShape, TableShape> Plus(params ColumnShape[] columns) => table => table with { Columns = [.. table.Columns, .. columns] };

    private static Func<TableShape, TableShape> Column(string name, Func<ColumnShape, ColumnShape> change) =>
        table => table with { Columns = [.. table.Columns.Select(column => column.Name == name ? change(column) : column)] };

    private static ColumnShape Computed(string type) => Shapes.Column("twice", type) with { IsGenerated = true };

    private static TableShape OnlyComputed(TableShape table) => table with { Columns = [Computed("integer")], Key = [], Keys = [] };
}
