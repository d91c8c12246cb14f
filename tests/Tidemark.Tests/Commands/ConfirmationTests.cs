using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What undoes, restores or approves shows its figures on a terminal and asks; scripts go on as they are.</summary>
public sealed class ConfirmationTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 60, isSynced: true);

    private CommandBench Bench => _payments.Bench;

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task An_undo_that_is_not_agreed_to_changes_nothing_and_is_no_run(string typed)
    {
        var answer = await Bench.TypeAtTerminalAsync(typed, "run", "undo", "last");

        answer.Code.ShouldBe(ExitCode.Cancelled, answer.ToString());
        answer.Output.ShouldContain("to delete");
        answer.Output.ShouldMatch(@"shop_customers\D+60\D");
        answer.Output.ShouldContain("Nothing was changed.");
        (await CountAsync()).ShouldBe(60);
        (await Bench.DoAsync("runs", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_yes_undoes_and_so_does_yes_as_an_option_and_a_script()
    {
        (await Bench.TypeAtTerminalAsync("y\n", "run", "undo", "last")).Code.ShouldBe(ExitCode.Done);
        (await CountAsync()).ShouldBe(0);
        var again = await Bench.TypeAtTerminalAsync("", "run", "undo", "last", "--yes");
        again.Code.ShouldBe(ExitCode.Done, again.ToString());
        again.Output.ShouldNotContain("[y/N]");
        (await CountAsync()).ShouldBe(60);
        (await Bench.RunAsync("run", "undo", "last", "--json")).Code.ShouldBe(ExitCode.Done);
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_of_an_undo_tells_a_program_every_figure()
    {
        await ExecuteAsync("UPDATE shop_customers SET name = 'by hand' WHERE id = (SELECT min(id) FROM shop_customers)");
        var shown = await Bench.DoAsync("run", "undo", "last", "--dry-run", "--json");

        var table = shown.Line.GetProperty("tables")[0];
        Numbers(table, "created", "updated", "deleted", "untouched").ShouldBe([0, 0, 59, 1]);
        table.GetProperty("untouched_rows")[0].GetProperty("reason").GetString().ShouldBe("Somebody has changed it since.");
        (await CountAsync()).ShouldBe(60);
        (await Bench.DoAsync("runs", "--json")).Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_restore_shows_how_many_rows_come_go_and_stay_and_asks()
    {
        var name = (await Bench.DoAsync("backup", "create", "payments", "--json")).Line.GetProperty("filename").GetString()!;
        await ExecuteAsync("DELETE FROM shop_customers WHERE id <> (SELECT min(id) FROM shop_customers)");
        await ExecuteAsync("UPDATE shop_customers SET id = 'own'");

        var refused = await Bench.TypeAtTerminalAsync("n\n", "backup", "restore", name, "--exact");
        var shown = (await Bench.DoAsync("backup", "restore", name, "--exact", "--dry-run", "--json")).Line;

        refused.Code.ShouldBe(ExitCode.Cancelled, refused.ToString());
        refused.Output.ShouldContain("to overwrite");
        (await CountAsync()).ShouldBe(1);
        Numbers(shown.GetProperty("tables")[0], "total_in_backup", "created", "overwritten", "skipped", "deleted").ShouldBe([60, 60, 0, 0, 1]);
        (await Bench.TypeAtTerminalAsync("yes\n", "backup", "restore", name, "--exact")).Code.ShouldBe(ExitCode.Done);
        (await CountAsync()).ShouldBe(60);
    }

    [Fact]
    public async Task An_approval_shows_what_would_be_deleted_and_asks()
    {
        await DeleteAtTheVendorAsync(40);
        (await Bench.RunAsync("sync", "payments", "--full")).Code.ShouldBe(ExitCode.Parked);

        var refused = await Bench.TypeAtTerminalAsync("n\n", "run", "approve", "last");

        refused.Code.ShouldBe(ExitCode.Cancelled, refused.ToString());
        refused.Output.ShouldContain("guard.too_many_deletes");
        refused.Output.ShouldMatch(@"shop_customers\D+0\D+0\D+40\D");
        (await CountAsync()).ShouldBe(60);
        (await Bench.TypeAtTerminalAsync("y\n", "run", "approve", "last")).Code.ShouldBe(ExitCode.Done);
        (await CountAsync()).ShouldBe(20);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_refused_where_nobody_can_be_asked()
    {
        await File.WriteAllTextAsync(Bench.File("t.yaml"), "sources: []\n", CommandBench.Cancel);

        (await Bench.RunAsync("apply", "-f", Bench.File("t.yaml"), "--prune", "--json")).ErrorCode.ShouldBe("apply.not_confirmed");
        (await Bench.TypeAtTerminalAsync("n\n", "apply", "-f", Bench.File("t.yaml"), "--prune")).Code.ShouldBe(ExitCode.Cancelled);
        (await Bench.DoAsync("pipeline", "list", "--json")).Lines.Count.ShouldBe(1);
    }

    private static long[] Numbers(System.Text.Json.JsonElement line, params string[] names) =>
        [.. names.Select(name => line.GetProperty(name).GetInt64())];

    private async Task DeleteAtTheVendorAsync(int count)
    {
        using var control = new HttpClient { BaseAddress = _payments.Sandbox.Control };
        using var body = new StringContent($$$"""{"delete":{"count":{{{count}}}}}""", mediaType: new("application/json"));
        using var answer = await control.PostAsync(new Uri("mutate/stripe/customers", UriKind.Relative), body, CommandBench.Cancel);
        answer.EnsureSuccessStatusCode();
    }

    private Task<long> CountAsync() => DoAsync("SELECT count(*) FROM shop_customers", async command => (long)(await command.ExecuteScalarAsync(CommandBench.Cancel))!);

    private Task<int> ExecuteAsync(string sql) => DoAsync(sql, command => command.ExecuteNonQueryAsync(CommandBench.Cancel));

    private async Task<T> DoAsync<T>(string sql, Func<SqliteCommand, Task<T>> work)
    {
        await using var connection = new SqliteConnection($"Data Source={Bench.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await work(command);
    }
}
