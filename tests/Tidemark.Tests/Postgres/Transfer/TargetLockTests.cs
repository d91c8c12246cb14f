using System.Collections.Concurrent;
using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Destinations.Sql;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;
using static Tidemark.Tests.Postgres.Transfer.TargetBench;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Other programs are at the tables while they are written, or the server ends a connection.</summary>
public sealed class TargetLockTests
{
    private const string Make = "CREATE TABLE a (id integer PRIMARY KEY, note text); CREATE TABLE b (id integer PRIMARY KEY, note text)";

    private const string Slow = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'; CREATE TRIGGER wait BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION wait();";

    private const string Sleeping = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

    private static readonly TransferTable[] Tables = [Table("a", ["id integer", "note text"]), Table("b", ["id integer", "note text"])];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_see_all_the_old_rows_or_all_the_new_ones_and_never_wait()
    {
        await using var bench = await FillAsync();
        var write = bench.Write(ApplyMode.Mirror, Tables);
        await using var target = await bench.OpenAsync(write);
        foreach (var table in Tables) await bench.StageAsync(target, table);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync();
        await first.Task.WaitAsync(Stop);

        await target.ApplyAsync(Whole(write), async _ => (await bench.RowsAsync(Both)).ShouldBe(["old|1,2,3|old|1,2,3"], "what is about to be committed"), Stop);

        (await bench.RowsAsync(Both)).ShouldBe(["new|2,3,4|new|2,3,4"]);
        await end.CancelAsync();
        await reading;
        seen.Keys.ShouldBeSubsetOf(["old|1,2,3|old|1,2,3", "new|2,3,4|new|2,3,4"]);

        async Task ReadAsync()
        {
            while (!end.IsCancellationRequested)
            {
                foreach (var row in await bench.RowsAsync(Both)) seen[row] = true;
                first.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_program_that_keeps_a_table_is_named_and_those_who_wait_behind_the_run_get_a_turn()
    {
        await using var bench = await FillAsync();
        var write = bench.Write(ApplyMode.Mirror, Tables);
        var waits = new ConcurrentQueue<Wait>();
        bench.Connections.OnWait = waits.Enqueue;
        await using var target = await bench.OpenAsync(write, patience: TimeSpan.Zero);
        foreach (var table in Tables) await bench.StageAsync(target, table);
        await using var holder = await bench.ConnectAsync("the reports");
        await holder.ExecuteAsync("BEGIN; UPDATE b SET note = 'mine' WHERE id = 1", Stop);

        var refused = await Should.ThrowAsync<TidemarkException>(() => target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop));

        (refused.Kind, refused.Code).ShouldBe((FailureKind.Transient, "postgres.locked"));
        refused.Message.ShouldContain($"held by the reports (user tidemark, pid {holder.ProcessID}");
        (await bench.RowsAsync(Both)).ShouldBe(["old|1,2,3|old|1,2,3"]);

        await using var patient = await ReopenAsync(bench, target, write);
        var applying = patient.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop);
        await UntilAsync(bench, "SELECT 1 FROM pg_locks WHERE relation = 'b'::regclass AND mode = 'ShareRowExclusiveLock' AND NOT granted");
        // It queues behind the run, which gives up its place after two seconds.
        await bench.RunAsync("UPDATE b SET note = 'in between' WHERE id = 2");
        applying.IsCompleted.ShouldBeFalse();
        await holder.ExecuteAsync("ROLLBACK", Stop);
        await applying;
        (await bench.RowsAsync(Both)).ShouldBe(["new|2,3,4|new|2,3,4"]);
        waits.ShouldContain(wait => wait.Kind == WaitKind.Lock);
    }

    [Fact]
    public async Task Trap_24_a_run_that_the_server_ends_for_a_deadlock_begins_again()
    {
        await using var bench = await FillAsync();
        var write = bench.Write(ApplyMode.Mirror, Tables);
        var waits = new ConcurrentQueue<Wait>();
        bench.Connections.OnWait = waits.Enqueue;
        await using var target = await bench.OpenAsync(write);
        foreach (var table in Tables) await bench.StageAsync(target, table);
        await using var other = await bench.ConnectAsync();
        await other.ExecuteAsync("SET deadlock_timeout = '600s'; BEGIN; LOCK TABLE b IN SHARE MODE", Stop);

        var applying = target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop);
        await UntilAsync(bench, "SELECT 1 FROM pg_locks WHERE relation = 'b'::regclass AND NOT granted");
        await other.ExecuteAsync("LOCK TABLE a IN SHARE MODE; COMMIT", Stop);

        (await applying).ShouldAllBe(table => table.Created == 1 && table.Updated == 2 && table.Deleted == 1);
        waits.ShouldContain(wait => wait.Kind == WaitKind.Retry);
    }

    [Fact]
    public async Task Trap_24_a_cancelled_run_ends_in_the_middle_of_a_statement_and_takes_all_back()
    {
        await using var bench = await FillAsync(Slow);
        var write = bench.Write(ApplyMode.Mirror, Tables);
        await using var target = await bench.OpenAsync(write);
        foreach (var table in Tables) await bench.StageAsync(target, table);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var applying = target.ApplyAsync(Whole(write), _ => Task.CompletedTask, cancel.Token);
        await UntilAsync(bench, $"SELECT 1 {Sleeping}");
        await cancel.CancelAsync();
        var ended = await Task.WhenAny(applying, Task.Delay(TimeSpan.FromSeconds(5), Stop));

        ended.ShouldBe(applying);
        applying.IsCanceled.ShouldBeTrue();
        (await bench.RowsAsync(Both)).ShouldBe(["old|1,2,3|old|1,2,3"]);
        await UntilAsync(bench, $"SELECT 1 WHERE NOT EXISTS (SELECT 1 {Sleeping})");
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_in_the_middle_of_applying_leaves_the_old_rows_and_what_is_kept_aside()
    {
        await using var bench = await FillAsync(Slow);
        var write = bench.Write(ApplyMode.Mirror, Tables);
        await using var target = await bench.OpenAsync(write);
        foreach (var table in Tables) await bench.StageAsync(target, table);

        var applying = target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop);
        await UntilAsync(bench, $"SELECT 1 {Sleeping}");
        await bench.RunAsync($"SELECT pg_terminate_backend(pid) {Sleeping}");

        await Task.WhenAny(applying);
        applying.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<TidemarkException>().Kind.ShouldBe(FailureKind.Transient);
        (await bench.RowsAsync(Both)).ShouldBe(["old|1,2,3|old|1,2,3"]);
        await bench.RunAsync("DROP TRIGGER wait ON b");
        (await target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop)).ShouldAllBe(table => table.Created == 1);
        (await bench.RowsAsync(Both)).ShouldBe(["new|2,3,4|new|2,3,4"]);
    }

    private const string Both = "SELECT min(a.note), string_agg(a.id::text, ',' ORDER BY a.id), (SELECT min(b.note) FROM b), (SELECT string_agg(b.id::text, ',' ORDER BY b.id) FROM b) FROM a";

    private static async Task<PostgresTarget> ReopenAsync(
        TargetBench bench, PostgresTarget target, TransferWrite write)
    {
        await target.DisposeAsync();
        return await bench.OpenAsync(write);
    }

    private static async Task<TargetBench> FillAsync(string more = "")
    {
        var bench = await StartAsync(Make);
        foreach (var table in new[] { "a", "b" })
            await bench.RunAsync($"INSERT INTO {table} SELECT n, 'old' FROM generate_series(1, 3) AS n; INSERT INTO origin.{table} SELECT n, 'new' FROM generate_series(2, 4) AS n");
        if (more.Length > 0) await bench.RunAsync(more);
        return bench;
    }

    private static async Task UntilAsync(TargetBench bench, string query)
    {
        while ((await bench.RowsAsync(query)).Count == 0) await Task.Delay(20, Stop);
    }
}
