using Shouldly;
using Tidemark.Engine.Transfers;
using Xunit;

namespace Tidemark.Tests.Transfers;

public sealed class DatabaseComparisonTests
{
    private static readonly DatabaseShape Shop = Shapes.Database("shop") with { Instance = "20290101/5" };
    private static readonly DatabaseShape Copy = Shapes.Database("copy") with { Instance = "20290102/5" };

    [Fact]
    public void Nothing_stands_between_two_databases_that_are_alike() => Codes(Shop, Copy).ShouldBeEmpty();

    [Fact]
    public void A_database_is_not_transferred_to_itself_nor_from_its_replica()
    {
        Codes(Shop, Shop with { Name = "other at 127.0.0.1" }).ShouldBe(["transfer.same_database"]);
        Codes(Shop with { IsReplica = true }, Copy with { Identity = Shop.Identity }).ShouldBe(["transfer.same_database"]);
        Codes(Shop with { Instance = null }, Copy with { Identity = Shop.Identity }).ShouldBe(["transfer.same_database"]);
        Codes(Shop with { Identity = Shop.Instance! }, Copy with { Instance = Shop.Instance }).ShouldBe(["transfer.same_database"]);
    }

    [Fact]
    public void A_copy_of_a_servers_files_is_another_database()
    {
        var copy = Copy with { Identity = Shop.Identity };

        Codes(Shop, copy).ShouldBeEmpty();
        DatabaseComparison.Remarks(Shop, copy).ShouldHaveSingleItem().ShouldContain("copy of the other's files");
    }

    [Theory]
    [InlineData("UTF8", "UTF8", false)]
    [InlineData("UTF8", "LATIN1", true)]
    [InlineData("SQL_ASCII", "UTF8", true)]
    [InlineData("SQL_ASCII", "SQL_ASCII", true)]
    public void S5_10_unlike_encodings_are_refused(string source, string target, bool isRefused) =>
        Codes(Shop with { Encoding = source }, Copy with { Encoding = target }).ShouldBe(isRefused ? ["transfer.encoding"] : []);

    [Fact]
    public void S5_14_another_version_of_a_collation_is_remarked()
    {
        var newer = Copy with { Collation = "c C.UTF-8 2.39" };

        Codes(Shop, newer).ShouldBeEmpty();
        DatabaseComparison.Remarks(Shop, newer).ShouldHaveSingleItem().ShouldContain("2.39");
    }

    [Theory]
    [InlineData(1_000_000_000, false, false)]
    [InlineData(1_000_000_001, true, false)]
    [InlineData(1_500_000_001, false, true)]
    public void S5_29_old_transaction_ids_are_remarked_and_very_old_ones_refused_at_both_ends(long age, bool isRemarked, bool isRefused)
    {
        foreach (var (source, target) in new[] { (Shop with { TransactionAge = age }, Copy), (Shop, Copy with { TransactionAge = age }) })
        {
            Codes(source, target).ShouldBe(isRefused ? ["transfer.wraparound"] : []);
            DatabaseComparison.Remarks(source, target).Any().ShouldBe(isRemarked);
        }
    }

    [Theory]
    [InlineData("prod at db", true)]
    [InlineData("shop_live at db", true)]
    [InlineData("shop at PRODUCTION.example.com", true)]
    [InlineData("shop at prod1-eu.example.com", true)]
    [InlineData("shop at livery.example.com", false)]
    [InlineData("products at reproduction.example.com", false)]
    [InlineData("staging at db", false)]
    public void Rule_8_a_target_that_looks_like_production_is_refused_unless_it_is_named(string name, bool isRefused)
    {
        Codes(Shop, Copy with { Name = name }).ShouldBe(isRefused ? ["transfer.looks_like_production"] : []);
        Codes(Shop, Copy with { Name = name }, name.Split(' ')[0]).ShouldBeEmpty();
        Codes(Copy with { Name = name }, Shop).ShouldBeEmpty();
    }

    [Fact]
    public void Rule_8_another_name_does_not_confirm() =>
        Codes(Shop, Copy with { Name = "prod at db" }, "Prod").ShouldBe(["transfer.looks_like_production"]);

    [Fact]
    public void A_replica_takes_no_rows() => Codes(Shop, Copy with { IsReplica = true }).ShouldBe(["transfer.target_is_replica"]);

    [Fact]
    public void S5_27_materialized_views_of_the_target_are_named_to_be_refreshed() =>
        DatabaseComparison.Remarks(Shop, Copy with { MaterializedViews = [Shapes.Name("totals"), Shapes.Name("sales.totals")] })
            .ShouldHaveSingleItem().ShouldContain("refresh totals, sales.totals");

    private static IEnumerable<string> Codes(DatabaseShape source, DatabaseShape target, string? confirm = null) =>
        DatabaseComparison.Problems(source, target, new() { Confirm = confirm }).Select(problem => problem.Code);
}
