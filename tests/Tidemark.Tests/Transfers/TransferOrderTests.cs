using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class TransferOrderTests
{
    [Fact]
    public void Tables_come_after_those_that_they_refer_to() =>
        Labels([Shapes.Table("items").Referring("orders", "products"), Shapes.Table("orders").Referring("customers"), Shapes.Table("products"), Shapes.Table("customers")])
            .ShouldBe(["customers", "orders", "products", "items"]);

    [Fact]
    public void S5_7_a_cycle_begins_with_a_filtered_table_and_its_closing_key_is_late()
    {
        TableShape[] tables = [Shapes.Table("a").Referring("b"), Shapes.Table("b").Referring("c"), Shapes.Table("c").Referring("a"), Shapes.Table("below").Referring("b")];

        var (ordered, order) = Shapes.Ordered(tables, "b");

        ordered.Select(table => table.Label).ShouldBe(["b", "a", "below", "c"]);
        order.IsLate(Shapes.Name("b"), Shapes.Name("c")).ShouldBeTrue();
        order.IsLate(Shapes.Name("a"), Shapes.Name("b")).ShouldBeFalse();
    }

    [Fact]
    public void A_reference_to_itself_is_late_and_one_to_a_table_that_is_not_there_is_not()
    {
        var (_, order) = Shapes.Ordered([Shapes.Table("people").Referring("people", "teams")]);

        order.IsLate(Shapes.Name("people"), Shapes.Name("people")).ShouldBeTrue();
        order.IsLate(Shapes.Name("people"), Shapes.Name("teams")).ShouldBeFalse();
    }

    [Fact]
    public void Thousands_of_tables_in_a_line_behind_a_cycle_are_ordered()
    {
        var tables = Enumerable.Range(0, 3000).Select(at => Shapes.Table($"t{at:d4}").Referring(at == 0 ? "t0001" : $"t{at - 1:d4}")).Reverse().ToArray();

        Labels(tables).ShouldBe(Enumerable.Range(0, 3000).Select(at => $"t{at:d4}"));
    }

    [Fact]
    public void Every_table_is_there_once_and_only_keys_round_a_cycle_are_late() => Prop.ForAll(
        Gen.Choose(0, 7).SelectMany(_ => Gen.Choose(0, 7), (from, to) => (From: from, To: to)).ListOf().ToArbitrary(),
        arrows =>
        {
            var references = Enumerable.Range(0, 8).ToDictionary(Named, IReadOnlyList<SqlName> (from) => [.. arrows.Where(arrow => arrow.From == from).Select(arrow => Named(arrow.To))]);
            var order = TransferOrder.Of(references, new HashSet<SqlName>());
            return order.Tables.Order(Comparer<SqlName>.Create((left, right) => string.CompareOrdinal(left.Name, right.Name))).SequenceEqual(Enumerable.Range(0, 8).Select(Named))
                && arrows.All(arrow => !order.IsLate(Named(arrow.From), Named(arrow.To)) || Reaches(arrows, arrow.To, arrow.From));
        }).QuickCheckThrowOnFailure();

    private static SqlName Named(int number) => Shapes.Name($"t{number}");

    private static bool Reaches(IEnumerable<(int From, int To)> arrows, int from, int to)
    {
        var reached = new HashSet<int> { from };
        while (arrows.Where(arrow => reached.Contains(arrow.From)).Any(arrow => reached.Add(arrow.To)))
        {
        }

        return reached.Contains(to);
    }

    private static IEnumerable<string> Labels(IReadOnlyList<TableShape> tables) => Shapes.Ordered(tables).Tables.Select(table => table.Label);
}
