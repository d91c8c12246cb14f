using Shouldly;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>The template <c>revops</c>: Stripe, Close and a GraphQL API in one database (S3).</summary>
public sealed class RevopsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S3_3_every_source_has_its_streams_in_tables_of_its_own(string database)
    {
        await using var bench = await StartAsync(database);

        foreach (var pipeline in new[] { "stripe", "close", "shop" }) await bench.SucceedsAsync(pipeline);

        foreach (var table in new[]
        {
            "stripe_customers", "stripe_subscriptions", "stripe_charges", "stripe_invoices", "stripe_products", "stripe_plans",
            "close_leads", "close_opportunities", "close_activities", "close_contacts", "close_users", "close_custom_fields", "shop_customers",
        }) (await bench.CountAsync(table)).ShouldBeGreaterThan(0, table);
    }

    [Theory]
    [InlineData("Italy Stripe Payments", "italy_stripe_payments_customers")]
    [InlineData("CH-Stripe-2024", "ch_stripe_2024_customers")]
    public async Task S3_5_tables_are_named_from_the_sources_name(string source, string table)
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        var yaml = await File.ReadAllTextAsync(bench.TemplateFile, Stop);
        await File.WriteAllTextAsync(bench.TemplateFile, yaml
            .Replace("- name: Stripe\n", $"- name: {source}\n", StringComparison.Ordinal)
            .Replace("source: Stripe\n", $"source: {source}\n", StringComparison.Ordinal), Stop);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);

        await bench.SucceedsAsync("stripe", "customers");
        // By the names of source and destination as well.
        await bench.SucceedsAsync(source, "warehouse", "customers");

        (await bench.CountAsync(table)).ShouldBe(60);
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S3_4_S3_6_all_streams_of_a_full_run_are_published_or_none_is(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("stripe");
        await bench.Vendor.MutateAsync("customers", new { create = 4, delete = new { count = 3 } });
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", path = "/v1/plans", after = 1, times = -1 });

        (await bench.SyncAsync("failed", "stripe", "--full")).Figures("customers", "created", "deleted").ShouldBe([0, 0]);

        (await bench.CountAsync("stripe_customers")).ShouldBe(60);
        await bench.Vendor.ClearFaultsAsync();
        (await bench.SucceedsAsync("stripe", "--full")).Figures("customers", "created", "deleted").ShouldBe([4, 3]);
        (await bench.CountAsync("stripe_customers")).ShouldBe(61);
    }

    [Fact]
    public async Task S3_7_the_report_lists_how_many_records_are_gone_and_which()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.SucceedsAsync("stripe", "customers");
        var gone = (await bench.Vendor.MutateAsync("customers", new { delete = new { count = 3 } }))["deleted"]!.AsArray()
            .Select(id => id!.ToString()).Order(StringComparer.Ordinal).ToList();

        var plan = (await bench.SyncAsync("planned", "stripe", "customers", "--full", "--dry-run", "--save", bench.File("plan.jsonl")))
            .Line.GetProperty("plan")[0];

        plan.GetProperty("deletes").GetInt64().ShouldBe(3);
        var saved = await File.ReadAllTextAsync(bench.File("plan.jsonl"), Stop);
        gone.ShouldAllBe(id => plan.GetRawText().Contains(id) && saved.Contains(id));
        (await bench.CountAsync("stripe_customers")).ShouldBe(60);
        await bench.SucceedsAsync("stripe", "customers", "--full");
        var rows = await bench.DoAsync("run", "rows", "last", "--stream", "customers");
        rows.Lines.SkipLast(1).Select(row => (row.GetProperty("change").GetString(), row.GetProperty("key").GetString()))
            .ShouldBe(gone.Select(id => ((string?)"deleted", (string?)id)));
        rows.Lines[^1].GetProperty("deleted").GetInt64().ShouldBe(3);
    }

    [Fact]
    public async Task S3_9_test_lists_every_source_destination_and_pipeline_and_says_which_does_not_work()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        (await WorksAsync(0)).ShouldBe([("Close", true), ("Shop", true), ("Stripe", true), ("warehouse", true), ("close", true), ("shop", true), ("stripe", true)]);
        await bench.DoAsync("source", "set", "Close", "api_key=api_wrong");
        (await WorksAsync(5)).ShouldBe([("Close", false), ("Shop", true), ("Stripe", true), ("warehouse", true), ("close", false), ("shop", true), ("stripe", true)]);

        async Task<List<(string?, bool)>> WorksAsync(int code)
        {
            var answer = await bench.RunAsync("test");
            answer.Code.ShouldBe(code, answer.ToString());
            return [.. answer.Lines.Select(line => (line.GetProperty("name").GetString(), line.GetProperty("works").GetBoolean()))];
        }
    }

    [Fact]
    public async Task S3_10_names_that_are_unknown_or_inactive_and_a_key_that_does_not_fit_are_told_clearly()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        (await ErrorAsync("sync", "Strype", "warehouse")).ShouldContain("Stripe");
        (await ErrorAsync("sync", "Stripe", "warehuose")).ShouldContain("warehouse");
        var yaml = await File.ReadAllTextAsync(bench.TemplateFile, Stop);
        await File.WriteAllTextAsync(
            bench.TemplateFile, yaml.Replace("connector: stripe\n", "connector: stripe\n    active: false\n", StringComparison.Ordinal), Stop);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        (await ErrorAsync("sync", "stripe")).ShouldContain("The source Stripe is not active.");
        bench.Variables["TIDEMARK_ENCRYPTION_KEY"] = Convert.ToBase64String(new byte[32]);
        var wrongKey = await ErrorAsync("sync", "close");
        wrongKey.ShouldContain("key");
        wrongKey.ShouldNotContain("padding");

        async Task<string> ErrorAsync(params string[] args)
        {
            var answer = await bench.RunAsync(args);
            answer.Code.ShouldBeOneOf(2, 5);
            return answer.Error;
        }
    }

    private static Task<SystemBench> StartAsync(string database) => SystemBench.StartAsync("revops", "stripe", database, 60);
}
