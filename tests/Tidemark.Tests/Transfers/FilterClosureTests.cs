using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class FilterClosureTests
{
    private static readonly TableShape[] Shop =
        [Shapes.Table("customers"), Shapes.Table("orders").Referring("customers"), Shapes.Table("items").Referring("orders", "products"), Shapes.Table("products")];

    [Fact]
    public void S5_20_a_condition_holds_over_several_steps_and_rows_that_refer_to_nothing_stay()
    {
        var closure = Of(Shop, ("customers", "id = 5"));

        closure.Problems.ShouldBeEmpty();
        closure.Where[Shapes.Name("customers")].ShouldBe("id = 5");
        closure.Where[Shapes.Name("orders")].ReplaceLineEndings(" ").ShouldBe(
            """t."customers_id" IS NULL OR EXISTS (SELECT FROM (SELECT t."id" FROM "public"."customers" AS t WHERE (id = 5 )) AS p WHERE p."id" = t."customers_id")""");
        closure.Where[Shapes.Name("items")].ShouldContain(closure.Where[Shapes.Name("orders")]);
        closure.Where.Keys.ShouldNotContain(Shapes.Name("products"));
        closure.Remarks.ShouldBe(["Conditions hold along foreign keys for orders, items too."]);
    }

    [Fact]
    public void S5_20_a_table_with_a_condition_of_its_own_gets_both()
    {
        var where = Of(Shop, ("customers", "id = 5"), ("orders", "total > 0 OR NOT paid")).Where[Shapes.Name("orders")];

        where.ReplaceLineEndings(" ").ShouldStartWith("""(total > 0 OR NOT paid ) AND (t."customers_id" IS NULL OR EXISTS (""");
    }

    [Fact]
    public void S5_20_cycles_and_references_to_itself_end_and_are_named()
    {
        var closure = Of([Shapes.Table("users").Referring("teams", "users"), Shapes.Table("teams").Referring("users")], ("users", "id = 5"));

        closure.Where.Keys.Select(name => name.Name).ShouldBe(["users", "teams"]);
        closure.Where[Shapes.Name("users")].ShouldBe("id = 5");
        closure.Remarks.ShouldContain("users and teams refer to each other: the condition of teams does not hold for users along users_teams_fkey.");
        closure.Remarks.ShouldContain("users refers to itself by users_users_fkey: its condition must keep the rows that kept rows refer to, or the target refuses them.");
    }

    [Fact]
    public void Rule_7_conditions_that_do_not_follow_are_refused_where_they_would_break_keys()
    {
        var (tables, order) = Shapes.Ordered(Shop);
        FilterClosure Not(params string[] own) => FilterClosure.Of(tables, order, own.ToDictionary(Shapes.Name, _ => "TRUE"), follow: false);

        Not("customers").Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("transfer.filter_breaks_keys"), problem => problem.Subject.ShouldBe("table orders"));
        Not("customers", "orders", "items").Problems.ShouldBeEmpty();
        Not("items").Problems.ShouldBeEmpty();
    }

    [Fact]
    public void S5_26_a_key_with_a_period_or_of_some_partitions_alone_carries_no_condition()
    {
        var orders = Shapes.Table("orders").Referring("customers");
        var closure = Of([Shapes.Table("customers"), orders with { ForeignKeys = [orders.ForeignKeys[0] with { IsPlain = false }] }], ("customers", "id = 5"));

        closure.Where.Keys.ShouldBe([Shapes.Name("customers")]);
    }

    [Fact]
    public void Conditions_that_many_ways_multiply_are_refused_before_they_are_too_long()
    {
        TableShape[] tables = [Shapes.Table("t0"), .. Enumerable.Range(1, 30).Select(at => Shapes.Table($"t{at}").Referring([.. Enumerable.Range(0, at).Select(before => $"t{before}")]))];

        var closure = Of(tables, ("t0", "TRUE"));

        closure.Problems.ShouldNotBeEmpty();
        closure.Problems.Select(problem => problem.Code).Distinct().ShouldBe(["transfer.filter_too_long"]);
        closure.Where.Values.ShouldAllBe(condition => condition.Length <= FilterClosure.MaxLength);
    }

    [Fact]
    public void Without_cycles_exactly_the_tables_below_a_filtered_one_are_filtered() => Prop.ForAll(
        Gen.Choose(0, 6).SelectMany(_ => Gen.Choose(0, 6), (one, other) => (From: Math.Max(one, other), To: Math.Min(one, other))).ListOf().Zip(Gen.Choose(0, 6)).ToArbitrary(),
        drawn =>
        {
            var (arrows, filtered) = (drawn.Item1.Where(arrow => arrow.From != arrow.To).Distinct().ToList(), drawn.Item2);
            var tables = Enumerable.Range(0, 7).Select(at => Shapes.Table($"t{at}").Referring([.. arrows.Where(arrow => arrow.From == at).Select(arrow => $"t{arrow.To}")])).ToArray();
            var below = new HashSet<int> { filtered };
            while (arrows.Where(arrow => below.Contains(arrow.To)).Any(arrow => below.Add(arrow.From)))
            {
            }

            return Of(tables, ($"t{filtered}", "TRUE")).Where.Keys.ToHashSet().SetEquals(below.Select(at => Shapes.Name($"t{at}")));
        }).QuickCheckThrowOnFailure();

    private static FilterClosure Of(IReadOnlyList<TableShape> all, params (string Table, string Condition)[] own)
    {
        var (tables, order) = Shapes.Ordered(all, [.. own.Select(entry => entry.Table)]);
        return FilterClosure.Of(tables, order, own.ToDictionary(entry => Shapes.Name(entry.Table), entry => entry.Condition), follow: true);
    }
}
