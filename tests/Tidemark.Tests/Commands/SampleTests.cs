using System.Text;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>The values of records that a dry run or a parked run shows are kept encrypted, for a week, and in no list.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 30);

    private CommandBench Bench => _payments.Bench;

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Fact]
    public async Task Samples_are_shown_with_their_run_and_are_in_no_byte_of_the_catalog_and_in_no_list()
    {
        var email = await EmailAsync((await Bench.DoAsync("sync", "payments", "--dry-run", "--json")).Output);

        var run = await Bench.LatestAsync();
        (await Bench.DoAsync("run", "show", run, "--json")).Output.ShouldContain(email);
        (await Bench.DoAsync("run", "show", run)).Output.ShouldContain("cus_");
        (await Bench.DoAsync("runs", "--json")).Output.ShouldNotContain(email);
        (await Bench.DoAsync("runs", "--json")).Lines[0].GetProperty("plan")[0].GetProperty("adds").GetInt64().ShouldBe(30);
        (await BytesAsync()).ShouldNotContain(email);
    }

    [Fact]
    public async Task Samples_survive_a_new_key_and_a_lost_one_takes_them_alone()
    {
        var email = await EmailAsync((await Bench.DoAsync("sync", "payments", "--dry-run", "--json")).Output);
        var run = await Bench.LatestAsync();
        (await Bench.DoAsync("secrets", "rotate", "--json")).Line.GetProperty("secrets").GetInt64().ShouldBe(1);
        (await Bench.DoAsync("run", "show", run, "--json")).Output.ShouldContain(email);

        File.Delete(Path.Combine(Bench.Home, "key"));

        var without = await Bench.DoAsync("run", "show", run, "--json");
        without.Line.GetProperty("plan")[0].GetProperty("samples").GetArrayLength().ShouldBe(0);
        (await Bench.DoAsync("secrets", "forget", "--yes", "--json")).Lines.Count.ShouldBe(1);
        (await Bench.TypeAsync("sk_test_tidemark\n", "source", "set", "shop", "api_key=-")).Code.ShouldBe(ExitCode.Done);
        await Bench.DoAsync("secrets", "rotate");
        await Bench.DoAsync("run", "show", run);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Samples_go_after_a_week_and_with_a_prune(bool isPruned)
    {
        var email = await EmailAsync((await Bench.DoAsync("sync", "payments", "--dry-run", "--json")).Output);
        var run = await Bench.LatestAsync();
        if (isPruned) await Bench.DoAsync("run", "prune", "--keep-days", "0");
        else await ExecuteAsync("UPDATE runs SET finished_at = finished_at - 7 * 86400000 - 1000");

        var shown = await Bench.DoAsync("run", "show", run, "--json");

        shown.Output.ShouldNotContain(email);
        shown.Line.GetProperty("plan")[0].GetProperty("adds").GetInt64().ShouldBe(30);
        (await ScalarAsync("SELECT count(*) FROM secrets WHERE kind = 'run'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Samples_that_an_older_catalog_has_in_the_clear_go_when_it_is_opened_and_all_else_stays()
    {
        await Bench.DoAsync("sync", "payments", "--dry-run");
        await Bench.DoAsync("sync", "payments");
        var before = (await Bench.DoAsync("runs", "--json")).Output;
        const string Sample = """[{"change":"add","key":"k","fields":[{"name":"email","before":null,"after":"needle@example.com"}]}]""";
        await ExecuteAsync("DROP TABLE tokens; DROP TABLE audit; DROP TABLE user_links; DROP TABLE sessions; DROP TABLE login_tries; DROP TABLE users; DROP TABLE schedules; DROP TABLE webhook_news; DROP TABLE proposals; DROP INDEX run_logs_wrong; DROP TABLE failures; DROP TABLE backfill_windows; DROP TABLE backfills; ALTER TABLE runs DROP COLUMN approved_by; DROP TABLE alerts; DROP TABLE delivery_attempts; DROP TABLE deliveries; DROP INDEX runs_not_alerted; ALTER TABLE runs DROP COLUMN alerted; ALTER TABLE runs DROP COLUMN due_at; ALTER TABLE runs DROP COLUMN missed");
        await ExecuteAsync($"UPDATE runs SET result = json_set(result, '$.plan[0].samples', json('{Sample}')) WHERE json_type(result, '$.plan') = 'array'");
        await ExecuteAsync("PRAGMA user_version = 7");
        (await BytesAsync()).ShouldContain("needle@example.com");

        (await Bench.DoAsync("runs", "--json")).Output.ShouldBe(before);
        (await BytesAsync()).ShouldNotContain("needle@example.com");
    }

    private static Task<string> EmailAsync(string plan)
    {
        var at = plan.IndexOf("@example", StringComparison.Ordinal);
        at.ShouldBeGreaterThan(0, plan);
        var from = plan.LastIndexOf('"', at) + 1;
        return Task.FromResult(plan[from..plan.IndexOf('"', at)]);
    }

    private async Task<string> BytesAsync()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Bench.Home, "catalog.db*"))
            text.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, CommandBench.Cancel)));
        return text.ToString();
    }

    private async Task ExecuteAsync(string sql) => await ScalarAsync(sql);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Bench.Home, "catalog.db")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(CommandBench.Cancel);
    }
}
