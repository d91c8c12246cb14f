using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class BackfillVerbTests : IAsyncLifetime
{
    private readonly PaymentsBench _payments = new(size: 60, isSynced: true);

    public ValueTask InitializeAsync() => _payments.InitializeAsync();

    public ValueTask DisposeAsync() => _payments.DisposeAsync();

    [Fact]
    public async Task P8_a_range_is_read_again_window_by_window_and_goes_on_after_a_fault_where_it_was()
    {
        var (first, last) = (await NumberAsync("SELECT min(unixepoch(created)) FROM shop_customers"), await NumberAsync("SELECT max(unixepoch(created)) FROM shop_customers"));
        const string Place = "SELECT json_remove(cursor, '$.until') FROM _tidemark_checkpoints";
        var place = await TextAsync(Place);
        await TextAsync("DELETE FROM shop_customers WHERE created < (SELECT max(created) FROM shop_customers)");
        var length = $"{(last - first) / 2 + 1}s";
        await _payments.Vendor.FaultAsync(new { fault = "status", status = 403, path = "/v1/customers", after = 2, times = -1 });

        var broken = await _payments.RunAsync("backfill", "start", "payments", "--from", Iso(first), "--to", Iso(last + 1), "--window", length, "--json");
        await _payments.Vendor.ClearFaultsAsync();

        broken.Code.ShouldNotBe(0, broken.ToString());
        var stopped = broken.Lines.Single(line => line.TryGetProperty("backfill", out _));
        stopped.GetProperty("status").GetString().ShouldBe("stopped", broken.ToString());
        var id = stopped.GetProperty("backfill").GetString()!;
        var kept = await NumberAsync("SELECT count(*) FROM shop_customers");
        (await _payments.DoAsync("backfill", "list")).Output.ShouldContain(id);
        (await _payments.DoAsync("backfill", "show", id)).Output.ShouldContain($"next: tidemark backfill resume {id}");

        var done = await _payments.DoAsync("backfill", "resume", id, "--json");

        done.Lines[^1].GetProperty("status").GetString().ShouldBe("done");
        kept.ShouldBeLessThan(60);
        (await NumberAsync("SELECT count(*) FROM shop_customers")).ShouldBe(60);
        (await TextAsync(Place)).ShouldBe(place);
        (await _payments.RunAsync("backfill", "cancel", id, "--json")).ErrorCode.ShouldBe("backfill.ended");
        (await _payments.DoAsync("sync", "payments", "--json")).Line.GetProperty("status").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task P7_the_run_of_a_window_is_undone_as_any_other()
    {
        await _payments.Vendor.MutateAsync("customers", new { update = new { count = 3, set = new { description = "new" } }, events = false });
        var answer = await _payments.DoAsync("backfill", "start", "payments", "--from", "1990-01-01", "--window", "20000d", "--json");
        answer.Lines[0].GetProperty("kind").GetString().ShouldBe("backfill");
        answer.Lines[0].GetProperty("streams")[0].GetProperty("updated").GetInt64().ShouldBe(3);

        await _payments.DoAsync("run", "undo", answer.Lines[0].GetProperty("run").GetString()!, "--yes");

        (await NumberAsync("SELECT count(*) FROM shop_customers WHERE description = 'new'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_was_never_read_whole_is_not_filled_with_a_part_of_it()
    {
        await _payments.DoAsync("pipeline", "set", "payments", "--source", "shop", "--destination", "db", "--streams", "customers,charges");

        var answer = await _payments.RunAsync("backfill", "start", "payments", "--from", "1990-01-01", "--window", "20000d", "--streams", "charges", "--json");

        answer.Code.ShouldNotBe(0);
        answer.Lines[0].ToString().ShouldContain("backfill.not_whole");
        (await NumberAsync("SELECT count(*) FROM shop_charges")).ShouldBe(0);
        (await _payments.RunAsync("backfill", "start", "payments", "--from", "yesterday", "--json")).ErrorCode.ShouldBe("usage.invalid");
        (await _payments.RunAsync("backfill", "start", "payments", "--from", "1d", "--window", "soon", "--json")).ErrorCode.ShouldBe("usage.invalid");
        (await _payments.RunAsync("backfill", "show", "b-none", "--json")).ErrorCode.ShouldBe("backfill.unknown");
    }

    private static string Iso(long second) => DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<long> NumberAsync(string sql) => long.Parse(await TextAsync(sql) ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string?> TextAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_payments.Data};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync(CommandBench.Cancel))?.ToString();
    }
}
