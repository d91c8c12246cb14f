using Shouldly;
using Tidemark.Connectors.Postgres.Transfer;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Transfers;
using Xunit;
using static Tidemark.Tests.Postgres.Transfer.TargetBench;

namespace Tidemark.Tests.Postgres.Transfer;

/// <summary>Rows are kept aside: whole or not at all, and found again by the next run.</summary>
public sealed class TargetStagingTests
{
    private const string MakePeople = "CREATE TABLE people (id integer PRIMARY KEY, name text)";

    private static readonly TransferTable People = Table("people", ["id integer", "name text"]);

    private static readonly string Bucket = new TransferSql(People).Bucket;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_the_tables_changes_and_the_schema_says_what_it_is()
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 10);
        await using (var target = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People)))
            (await bench.StageAsync(target, People)).ShouldBe(10);

        (await bench.RowsAsync("SELECT * FROM people")).ShouldBeEmpty();
        (await bench.RowsAsync("SELECT obj_description('_tidemark'::regnamespace, 'pg_namespace')"))[0].ShouldContain("Tidemark");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Parts_are_kept_aside_at_the_same_time_and_counted(bool inText)
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 900);
        await bench.RunAsync("""INSERT INTO origin.people VALUES (1000, E'a\nb\tc\\.'), (1001, NULL), (1002, '')""");
        var people = People with { InText = inText };
        var write = bench.Write(ApplyMode.Mirror, people);
        await using var target = await bench.OpenAsync(write);

        var counts = await Task.WhenAll(Enumerable.Range(0, 10).Select(part => bench.StageAsync(
            target, people, new RowSelection.Blocks(part, part + 1), $"id % 10 = {part}")));

        counts.Sum().ShouldBe(903);
        (await StagedAsync(target)).Sum(digest => digest.Rows.Rows).ShouldBe(903);
        (await target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop))[0].Created.ShouldBe(903);
        (await bench.RowsAsync("SELECT * FROM people EXCEPT SELECT * FROM origin.people")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, 0.5)]
    [InlineData(false, 1.0)]
    [InlineData(true, 0.5)]
    public async Task A_copy_that_breaks_or_is_cut_keeps_nothing_of_itself(bool inText, double part)
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 300);
        var people = People with { InText = inText };
        await using var target = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, people));
        await bench.StageAsync(target, people, where: "id = 1");
        var bytes = ((MemoryStream)await bench.CopyAsync(people, "id > 1")).ToArray();
        var length = (int)(bytes.Length * part);

        await Should.ThrowAsync<IOException>(() => target.StageAsync(people, new RowSelection.Blocks(7, 8), new BreakingStream(bytes[..length]), Stop));
        // A cut that the server does not see: the two bytes of the end are missing, or the rest of a line.
        var end = part < 1 ? length : bytes.Length - 2;
        (await Should.ThrowAsync<TidemarkException>(() => target.StageAsync(people, new RowSelection.Blocks(7, 8), new MemoryStream(bytes[..end]), Stop)))
            .Code.ShouldBeOneOf("transfer.copy_cut", "transfer.rows_refused", "postgres.refused");

        (await StagedAsync(target)).Sum(digest => digest.Rows.Rows).ShouldBe(1);
        (await bench.StageAsync(target, people, where: "id > 1")).ShouldBe(299, "the connections are good for more");
    }

    [Fact]
    public async Task A_part_that_is_copied_again_and_rows_of_the_same_keys_or_buckets_are_overwritten()
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 50);
        var write = bench.Write(ApplyMode.Mirror, People);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, People, new RowSelection.Blocks(0, 5), "id <= 20");
        await bench.StageAsync(target, People, new RowSelection.Blocks(5, null), "id > 20");
        await bench.RunAsync("UPDATE origin.people SET name = 'new' WHERE id IN (3, 30)");
        await bench.StageAsync(target, People, new RowSelection.Blocks(0, 5), "id <= 20");
        (await StagedAsync(target)).Sum(digest => digest.Rows.Rows).ShouldBe(50);

        await bench.StageAsync(target, People, new RowSelection.Keys([new(["30"]), new(["31"])]), "id IN (30, 31)");
        await bench.RunAsync("UPDATE origin.people SET name = 'newer' WHERE id = 4");
        var all = await bench.RowsAsync($"SELECT DISTINCT {Bucket} FROM origin.people AS t WHERE id = 4");
        await bench.StageAsync(target, People, new RowSelection.Keys([new(["1"])]), "id = 1");
        await bench.StageAsync(target, People, new RowSelection.Buckets([long.Parse(all[0], System.Globalization.CultureInfo.InvariantCulture)]), $"{Bucket} = {all[0]}");

        var applied = await target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop);

        applied[0].Created.ShouldBe(50);
        (await bench.RowsAsync("SELECT id, name FROM people WHERE name LIKE 'new%' ORDER BY id")).ShouldBe(["3|new", "4|newer", "30|new"]);
    }

    [Fact]
    public async Task Trap_5_the_next_run_of_the_pipeline_finds_what_was_kept_aside_and_drops_what_does_not_fit()
    {
        await using var bench = await StartAsync($"{MakePeople}; CREATE TABLE pets (id integer PRIMARY KEY)");
        await FillAsync(bench, 80);
        await bench.RunAsync("INSERT INTO origin.pets VALUES (1)");
        var pets = Table("pets", ["id integer"]);
        await using (var first = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People, pets)))
        {
            await bench.StageAsync(first, People, new RowSelection.Blocks(0, 1));
            await bench.StageAsync(first, pets);
            await first.StageDeletesAsync(People, [new(["1"])], Stop);
        }

        await using (var other = await bench.OpenAsync(new TransferWrite("another", "r", [People], ApplyMode.Mirror)))
            (await StagedAsync(other)).ShouldBeEmpty("what another pipeline keeps aside is its own");

        var second = bench.Write(ApplyMode.Upsert, People);
        await using (var target = await bench.OpenAsync(second))
        {
            (await bench.RowsAsync("SELECT table_name FROM _tidemark.transfer_staging WHERE pipeline = 'shop'")).ShouldBe(["\"public\".\"people\""]);
            var before = await StagedAsync(target);
            before.Sum(digest => digest.Rows.Rows).ShouldBe(80);
            var dropped = before[0].Bucket;
            await target.DropStagedAsync(People, [dropped], Stop);
            (await StagedAsync(target)).ShouldBe(before.Skip(1));
            await bench.StageAsync(target, People, new RowSelection.Buckets([dropped]), $"{Bucket} = {dropped}");
            (await StagedAsync(target)).ShouldBe(before);
        }

        await bench.RunAsync("ALTER TABLE people ALTER id TYPE bigint");
        await using var third = await bench.OpenAsync(bench.Write(ApplyMode.Upsert, People));
        (await StagedAsync(third)).ShouldBeEmpty("the table has another shape");
    }

    [Fact]
    public async Task Two_runs_do_not_write_a_table_at_the_same_time_and_a_run_that_is_gone_blocks_none()
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 1);
        var connections = bench.ConnectionsAs(null);
        var first = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People), connections);
        var second = bench.OpenAsync(bench.Write(ApplyMode.Mirror, People));
        await Task.WhenAny(second, Task.Delay(300, Stop));
        second.IsCompleted.ShouldBeFalse();

        // As where its process is killed: the server ends what it had.
        await bench.RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tidemark transfer' AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')");

        await using var taken = await second;
        (await Should.ThrowAsync<TidemarkException>(() => bench.StageAsync(first, People))).Code.ShouldBe("run.lease_lost");
        (await StagedAsync(taken)).ShouldBeEmpty();
        (await bench.StageAsync(taken, People)).ShouldBe(1);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_in_the_middle_of_a_copy_leaves_what_was_kept_before_and_the_old_rows()
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 100);
        await bench.RunAsync("INSERT INTO people VALUES (1, 'old')");
        var write = bench.Write(ApplyMode.Mirror, People);
        await using var target = await bench.OpenAsync(write);
        await bench.StageAsync(target, People, new RowSelection.Blocks(0, 1), "id <= 50");
        var bytes = ((MemoryStream)await bench.CopyAsync(People, "id > 50")).ToArray();

        var copy = new PausedStream(bytes, pauseAt: bytes.Length / 2);
        var staging = target.StageAsync(People, new RowSelection.Blocks(1, null), copy, Stop);
        await copy.ReachedAsync();
        (await bench.RowsAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%FROM STDIN%' AND state = 'active'")).ShouldBe(["true"]);
        copy.GoOn();

        await Task.WhenAny(staging);
        staging.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<TidemarkException>().Kind.ShouldBe(FailureKind.Transient);
        (await StagedAsync(target)).Sum(digest => digest.Rows.Rows).ShouldBe(50);
        (await bench.RowsAsync("SELECT * FROM people")).ShouldBe(["1|old"]);
        await bench.StageAsync(target, People, new RowSelection.Blocks(1, null), "id > 50");
        (await target.ApplyAsync(Whole(write), _ => Task.CompletedTask, Stop))[0].Created.ShouldBe(99);
    }

    [Fact]
    public async Task A_target_that_is_replaced_keeps_nothing_aside_and_drops_what_was()
    {
        await using var bench = await StartAsync(MakePeople);
        await FillAsync(bench, 3);
        await using (var first = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People))) await bench.StageAsync(first, People);

        await using var target = await bench.OpenAsync(bench.Write(ApplyMode.Replace, People));

        (await bench.RowsAsync("SELECT relname FROM pg_class WHERE relname ~ '^(stage|gone)_'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_that_the_target_cannot_hold_are_refused_with_the_place()
    {
        await using var bench = await StartAsync(MakePeople);
        await bench.RunAsync("INSERT INTO origin.people VALUES (1, 'short'), (2, 'much too long'); ALTER TABLE people ALTER name TYPE varchar(5)");
        await using var target = await bench.OpenAsync(bench.Write(ApplyMode.Mirror, People));

        var refused = await Should.ThrowAsync<TidemarkException>(() => bench.StageAsync(target, People with { InText = true }));

        refused.Code.ShouldBe("transfer.rows_refused");
        refused.Message.ShouldContain("value too long");
        refused.Problems.ShouldHaveSingleItem().Columns.ShouldBe(["name"]);
    }

    private static Task FillAsync(TargetBench bench, int rows) => bench.RunAsync($"INSERT INTO origin.people SELECT n, 'name ' || n FROM generate_series(1, {rows}) AS n");

    private static async Task<List<BucketDigest>> StagedAsync(PostgresTarget target)
    {
        var digests = new List<BucketDigest>();
        await foreach (var digest in target.StagedAsync(People, Stop)) digests.Add(digest);
        return digests;
    }

    /// <summary>Some bytes, and then a failure.</summary>
    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);
            return read > 0 ? read : throw new IOException("The line is dead.");
        }
    }

    /// <summary>Bytes that stop coming at a place until they are let go on.</summary>
    private sealed class PausedStream(byte[] bytes, int pauseAt) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task ReachedAsync() => _reached.Task.WaitAsync(Stop);

        public void GoOn() => _goOn.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= pauseAt)
            {
                _reached.TrySetResult();
                await _goOn.Task.WaitAsync(cancellationToken);
            }

            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 100)], cancellationToken);
        }
    }
}
