using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Which run is meant by the word last: the latest that the act fits; and what is said where there is none.</summary>
public sealed class LastRunTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 20);

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Fact]
    public async Task Undo_last_undoes_the_last_run_that_changed_rows_whatever_came_after_it()
    {
        var sync = await RunAsync("sync", "payments");
        await RunAsync("backup", "create", "payments");
        await RunAsync("sync", "payments");
        await RunAsync("sync", "payments", "--dry-run");

        (await _payments.DoAsync("run", "undo", "last")).Output.ShouldContain($"(undo of {sync}, r-");

        await using var database = new SqliteConnection($"Data Source={_payments.Data};Pooling=False");
        await database.OpenAsync(CommandBench.Cancel);
        (await new SqliteCommand("SELECT count(*) FROM shop_customers", database).ExecuteScalarAsync(CommandBench.Cancel)).ShouldBe(0L);
    }

    [Fact]
    public async Task Rows_and_verify_last_are_about_the_last_run_that_may_have_changed_rows()
    {
        var sync = await RunAsync("sync", "payments");
        await RunAsync("backup", "create", "payments");

        (await _payments.DoAsync("run", "rows", "last", "--json")).Lines[^1].GetProperty("run").GetString().ShouldBe(sync);
        (await _payments.DoAsync("verify", "last", "--json")).Line.GetProperty("run").GetString().ShouldBe(sync);
        (await _payments.DoAsync("run", "show", "last", "--json")).Line.GetProperty("kind").GetString().ShouldBe("backup", "whatever it is, it is shown");
    }

    [Fact]
    public async Task Approve_last_approves_the_run_that_waits_though_others_came_after_it()
    {
        await RunAsync("sync", "payments");
        await _payments.DeleteAsync("customers", 15);
        var parked = await _payments.RunAsync("sync", "payments", "--full", "--json");
        parked.Code.ShouldBe(ExitCode.Parked, parked.ToString());
        await RunAsync("backup", "create", "payments");

        (await _payments.DoAsync("run", "approve", "last")).Output.ShouldContain($"(approve of {parked.Line.GetProperty("run").GetString()}, r-");
    }

    [Theory]
    [InlineData("approve", "No run waits for approval. (run.not_parked)")]
    [InlineData("cancel", "No run goes on or waits. (run.finished)")]
    [InlineData("undo", "No run has changed rows. (run.unknown)")]
    public async Task Where_no_run_fits_the_error_says_what_there_is(string act, string message)
    {
        await _payments.Vendor.FaultAsync(new { fault = "status", status = 401, path = "/v1/customers", times = -1 });
        (await _payments.RunAsync("sync", "payments")).Code.ShouldBe(ExitCode.Configuration);
        var failed = await _payments.LatestAsync();

        var refused = await _payments.RunAsync("run", act, "last");

        refused.Code.ShouldBe(ExitCode.Usage, refused.ToString());
        refused.Error.ShouldContain(message);
        refused.Error.ShouldContain($"The last run is {failed} (sync, failed).");
    }

    [Fact]
    public async Task A_dry_run_of_an_undo_or_a_restore_that_shall_be_quiet_says_nothing()
    {
        await RunAsync("sync", "payments");
        await RunAsync("backup", "create", "payments");
        var backup = (await _payments.DoAsync("backup", "list", "--json")).Line.GetProperty("filename").GetString()!;

        foreach (var args in new string[][] { ["run", "undo", "last"], ["backup", "restore", backup] })
        {
            var quiet = await _payments.DoAsync([.. args, "--dry-run", "--quiet"]);
            (quiet.Output + quiet.Error).ShouldBeEmpty();
            (await _payments.DoAsync([.. args, "--dry-run", "--quiet", "--json"])).ShouldSatisfyAllConditions(
                answer => answer.Line.TryGetProperty("tables", out _).ShouldBeTrue(), answer => answer.Error.ShouldBeEmpty());
            (await _payments.DoAsync([.. args, "--dry-run"])).Output.ShouldContain("Nothing was changed.");
        }
    }

    [Fact]
    public async Task Only_a_dry_run_offers_to_save_all_its_changes()
    {
        await RunAsync("sync", "payments");
        await _payments.DeleteAsync("customers", 15);

        (await _payments.RunAsync("sync", "payments", "--full", "--dry-run")).Output.ShouldContain("more; --save FILE writes all of them");
        var parked = (await _payments.RunAsync("sync", "payments", "--full")).Output;
        parked.ShouldMatch(@"and \d+ more\n");
        parked.ShouldNotContain("--save");
    }

    /// <summary>Id of a run that a command has made, and which is over.</summary>
    private async Task<string> RunAsync(params string[] args)
    {
        await _payments.DoAsync(args);
        return await _payments.LatestAsync();
    }
}
