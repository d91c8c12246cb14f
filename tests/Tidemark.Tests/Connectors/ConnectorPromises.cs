using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Sandbox;
using Xunit;

namespace Tidemark.Tests.Connectors;

/// <summary>
/// What every connector promises, held against its stand-in: whatever happens on the way, the table ends up equal to
/// the source, or the run says that it is not.
/// </summary>
public abstract partial class ConnectorPromises : IAsyncLifetime
{
    private VendorBench? _bench;

    /// <summary>Name of connector and stand-in.</summary>
    protected abstract string Vendor { get; }

    /// <summary>Main records at the stand-in; several pages of them.</summary>
    protected virtual int Size => 250;

    /// <summary>Every stream, by name.</summary>
    protected abstract IReadOnlyList<string> Streams { get; }

    /// <summary>The stream that is put through creations, updates, deletions and faults. It has several pages.</summary>
    protected abstract string Main { get; }

    /// <summary>Whether a deletion shows in an incremental reading of the main stream; else only in a full one.</summary>
    protected virtual bool SeesDeletions => true;

    /// <summary>Streams of which the vendor tells how many records there are.</summary>
    protected virtual IReadOnlyList<string> Counted => [];

    /// <summary>Whether the vendor documents an answer without a body as "no records": of what has changed there is no other word to hold it against.</summary>
    protected virtual bool NoBodyMeansNoRecords => false;

    /// <summary>Whether the vendor says whose the credentials are; else the address is the account.</summary>
    protected virtual bool TellsOwner => true;

    /// <summary>A change of a record of the main stream.</summary>
    protected abstract IReadOnlyDictionary<string, object?> Change { get; }

    /// <summary>Fields of a record to create, that put it at a time; several of one time are ordered by nothing else.</summary>
    protected abstract IReadOnlyDictionary<string, object?> At(DateTimeOffset time);

    protected VendorBench Bench => _bench!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IReadOnlyDictionary<string, string> Settings(Uri address);

    /// <summary>Expression for what the stand-in calls the id of a record of this stream.</summary>
    protected virtual string Id(string stream) => "id";

    /// <summary>How a page of the main stream writes a record's id, so that nothing else is written so.</summary>
    protected virtual string Written(string id) => $"\"{id}\"";

    /// <summary>Name of the stream at the stand-in's control port.</summary>
    protected virtual string TruthOf(string stream) => stream;

    /// <summary>Whether a row's raw record is the record of the source. Default: the same JSON.</summary>
    protected virtual bool IsSame(string stream, JsonNode row, JsonNode truth) => JsonNode.DeepEquals(row, truth);

    public async ValueTask InitializeAsync() => _bench = await VendorBench.StartAsync(Vendor, Size, Settings);

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task A_first_reading_of_every_stream_equals_the_source(WriteMode mode)
    {
        var result = await Bench.SyncAsync(mode);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        result.Streams.Select(stream => stream.Stream).ShouldBe(Streams, ignoreOrder: true);
        foreach (var stream in Streams) await ShouldEqualTheSourceAsync(stream);
    }

    [Fact]
    public async Task P3_the_rows_of_every_stream_are_verified_afterwards_and_a_tampered_one_is_named()
    {
        var result = await Bench.SyncAsync();
        var verification = await Bench.VerifyAsync(result);
        verification.Streams.SelectMany(stream => stream.Shown).ShouldBeEmpty();
        verification.Streams.ShouldAllBe(stream => stream.IsVerified && stream.NotCompared == 0 && stream.Checksums != null);
        verification.Streams.Sum(stream => stream.Rows).ShouldBe(result.Streams.Sum(stream => stream.Created));

        await Bench.ExecuteAsync($"UPDATE \"{Main}\" SET _hash = _hash + 1 WHERE rowid = (SELECT min(rowid) FROM \"{Main}\")");
        var tampered = await Bench.VerifyAsync(result);
        tampered.IsVerified.ShouldBeFalse();
        var row = tampered.Streams.SelectMany(stream => stream.Shown).ShouldHaveSingleItem();
        row.Differences.ShouldHaveSingleItem().Column.ShouldBe("_hash");
    }

    [Fact]
    public async Task W2_credentials_of_another_account_read_everything_and_what_they_do_not_find_waits_for_approval()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        await Bench.ExecuteAsync("UPDATE _tidemark_checkpoints SET cursor = json_replace(cursor, '$.owner', 'feed0000feed0000')");
        await Bench.MutateAsync(TruthOf(Main), new { delete = new { count = 1 }, events = false });
        var truth = await Bench.TruthAsync(TruthOf(Main));

        var result = await Bench.SyncAsync(WriteMode.Merge, Main);
        result.Status.ShouldBe(TellsOwner ? RunStatus.Parked : RunStatus.Succeeded);
        if (!TellsOwner) return;
        result.Streams.ShouldHaveSingleItem().Read.ShouldBeGreaterThanOrEqualTo(truth.Count);
        Bench.IsApproved = true;
        (await Bench.SyncAsync(WriteMode.Merge, Main)).Status.ShouldBe(RunStatus.Succeeded);
        (await Bench.RowsAsync(Main, Id(Main))).Keys.ShouldBe(truth.Keys);
    }

    [Fact]
    public async Task Reading_again_unchanged_writes_nothing()
    {
        await Bench.SyncAsync();
        foreach (var mode in new[] { WriteMode.Merge, WriteMode.Replace })
        {
            var again = await Bench.SyncAsync(mode);
            again.Status.ShouldBe(RunStatus.Succeeded, Describe(again));
            again.Streams.ShouldAllBe(stream => stream.Created == 0 && stream.Updated == 0 && stream.Deleted == 0);
        }
    }

    [Fact]
    public async Task What_was_created_updated_and_deleted_since_arrives_with_the_next_reading()
    {
        await Bench.SyncAsync();
        await MutateAsync(create: 3, update: 4, delete: 2);
        var result = await Bench.SyncAsync(WriteMode.Merge, Main);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        var figures = result.Streams.ShouldHaveSingleItem();
        figures.Created.ShouldBe(3);
        figures.Updated.ShouldBe(4);
        if (SeesDeletions) figures.Deleted.ShouldBe(2);
        else (await Bench.SyncAsync(WriteMode.Replace, Main)).Streams.ShouldHaveSingleItem().Deleted.ShouldBe(2);
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task R5_no_reading_ends_with_an_older_state_of_a_record_than_the_source_has()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        var ids = (await Bench.TruthAsync(TruthOf(Main))).Keys.Take(3).ToList();
        await Bench.MutateAsync(TruthOf(Main), new { update = new { ids, set = Change } });
        // No event reports the later change; a list shows it.
        await Bench.MutateAsync(TruthOf(Main), new { update = new { ids }, events = false });
        foreach (var mode in new[] { WriteMode.Replace, WriteMode.Merge, WriteMode.Replace })
        {
            (await Bench.SyncAsync(mode, Main)).Status.ShouldBe(RunStatus.Succeeded);
            await ShouldEqualTheSourceAsync(Main);
        }
    }

    [Fact]
    public async Task P4_a_scan_of_the_keys_finds_what_is_gone_and_writes_nothing_else()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        var before = (await Bench.RowsAsync(Main, "_hash")).Keys.ToList();
        await MutateAsync(create: 0, update: 0, delete: 4);

        var scan = await Bench.ScanAsync(Main);

        scan.Status.ShouldBe(RunStatus.Succeeded, Describe(scan));
        var figures = scan.Streams.ShouldHaveSingleItem();
        (figures.Created, figures.Updated, figures.Deleted).ShouldBe((0, 0, 4));
        var after = (await Bench.RowsAsync(Main, "_hash")).Keys.ToList();
        after.Count.ShouldBe(before.Count - 4);
        after.ShouldBeSubsetOf(before);
        (await Bench.SyncAsync(WriteMode.Merge, Main)).Streams[0].Created.ShouldBe(0);
    }

    [Fact]
    public async Task What_changes_while_it_is_read_arrives_at_the_latest_with_the_next_reading()
    {
        await Bench.FaultAsync(new { fault = "delay", milliseconds = 100, times = -1 });
        var running = Bench.SyncAsync(WriteMode.Merge, Main);
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(100, Stop);
            await MutateAsync(create: 1, update: 2, delete: 1);
        }

        (await running).Status.ShouldBe(RunStatus.Succeeded);
        await Bench.ClearFaultsAsync();
        (await Bench.SyncAsync(SeesDeletions ? WriteMode.Merge : WriteMode.Replace, Main)).Status.ShouldBe(RunStatus.Succeeded);
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task A_full_reading_takes_no_record_for_gone_that_moved_to_another_page_meanwhile()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        var before = (await Bench.TruthAsync(TruthOf(Main))).Keys.ToList();
        await Bench.FaultAsync(new { fault = "delay", milliseconds = 50, times = -1 });
        var running = Bench.SyncAsync(WriteMode.Replace, Main);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(40, Stop));
            // At the front, in the middle and at the end, whatever the order that the vendor lists in.
            var ids = (await Bench.TruthAsync(TruthOf(Main))).Keys.ToList();
            if (ids.Count < before.Count - 5) continue;
            await Bench.MutateAsync(TruthOf(Main), new { create = 1, update = new { ids = new[] { ids[1], ids[ids.Count / 2], ids[^2] }, set = Change }, delete = new { ids = new[] { ids[0], ids[^1] } } });
        }

        var result = await running;
        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        var kept = before.Intersect((await Bench.TruthAsync(TruthOf(Main))).Keys);
        kept.Except((await Bench.RowsAsync(Main, Id(Main))).Keys).ShouldBeEmpty("records that were there all the time");
        await Bench.ClearFaultsAsync();
        (await Bench.SyncAsync(SeesDeletions ? WriteMode.Merge : WriteMode.Replace, Main)).Status.ShouldBe(RunStatus.Succeeded);
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task Records_of_one_time_are_all_read_however_many_pages_they_fill()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        var second = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        await Bench.MutateAsync(TruthOf(Main), new { create = Enumerable.Repeat(At(second), Size) });

        var result = await Bench.SyncAsync(WriteMode.Merge, Main);
        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        result.Streams.ShouldHaveSingleItem().Created.ShouldBe(Size);
        await ShouldEqualTheSourceAsync(Main);

        var full = await Bench.SyncAsync(WriteMode.Replace, Main);
        full.Status.ShouldBe(RunStatus.Succeeded, Describe(full));
        full.Streams.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            figures => figures.Deleted.ShouldBe(0), figures => figures.Unchanged.ShouldBeGreaterThanOrEqualTo(Size));
        await ShouldEqualTheSourceAsync(Main);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    [InlineData(-45)]
    public async Task A_vendor_whose_clock_is_minutes_off_is_read_without_loss(int minutes)
    {
        var clock = new ShiftedClock();
        clock.Advance(TimeSpan.FromMinutes(minutes));
        await Bench.DisposeAsync();
        _bench = await VendorBench.StartAsync(Vendor, Size, Settings, clock);
        await Bench.SyncAsync(WriteMode.Merge, Main);
        for (var round = 0; round < 2; round++)
        {
            await MutateAsync(create: 2, update: 3, delete: SeesDeletions ? 1 : 0);
            var result = await Bench.SyncAsync(WriteMode.Merge, Main);
            result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
            await ShouldEqualTheSourceAsync(Main);
        }
    }

    [Theory]
    [InlineData("break_off", 0)]
    [InlineData("half_json", 0)]
    [InlineData("wrong_content", 0)]
    [InlineData("status", 500)]
    [InlineData("status", 503)]
    [InlineData("status", 429)]
    public async Task A_passing_fault_does_not_show_in_the_rows(string fault, int status)
    {
        await Bench.FaultAsync(status == 0
            ? (object)new { fault, after = 1, times = 2 }
            : new { fault, status, retry_after = status == 429 ? 1 : (int?)null, after = 1, times = 2 });
        var result = await Bench.SyncAsync(WriteMode.Replace, Main);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task A_lasting_fault_fails_the_run_and_the_old_rows_stay()
    {
        await Bench.SyncAsync(WriteMode.Merge, Main);
        var before = await Bench.RowsAsync(Main, Id(Main));
        await MutateAsync(create: 1, update: 1, delete: 0);
        foreach (var fault in new[] { "break_off", "half_json", "wrong_content" })
        {
            await Bench.FaultAsync(new { fault, after = await Bench.PreflightRequestsAsync(), times = -1 });
            var result = await Bench.SyncAsync(WriteMode.Replace, Main);
            result.Status.ShouldBe(RunStatus.Failed, fault);
            result.Problems.ShouldNotBeEmpty();
            await Bench.ClearFaultsAsync();
            (await Bench.RowsAsync(Main, Id(Main))).Keys.ShouldBe(before.Keys);
        }

        (await Bench.SyncAsync(WriteMode.Replace, Main)).Status.ShouldBe(RunStatus.Succeeded);
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task Refused_credentials_are_said_before_anything_is_written()
    {
        await Bench.FaultAsync(new { fault = "expire", times = -1 });
        var refused = await Should.ThrowAsync<TidemarkException>(() => Bench.SyncAsync());

        refused.Kind.ShouldBe(FailureKind.Configuration);
        refused.Problems.ShouldNotBeEmpty();
        (await Bench.TablesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P3_A_count_is_what_the_vendor_has_or_unknown()
    {
        await MutateAsync(create: 3, update: 1, delete: 2);
        var test = await Bench.TestAsync();

        test.Problems.ShouldBeEmpty();
        test.Streams.Select(stream => stream.Name).ShouldBe(Streams, ignoreOrder: true);
        foreach (var (name, count) in test.Streams)
        {
            var truth = (long)(await Bench.TruthAsync(TruthOf(name))).Count;
            count.ShouldBe(Counted.Contains(name) ? truth : null, name);
        }
    }

    [Fact]
    public async Task P3_A_count_that_is_refused_is_unknown_and_no_problem()
    {
        await Bench.TestAsync();
        await Bench.FaultAsync(new { fault = "status", status = 403, after = await Bench.PreflightRequestsAsync(), times = -1 });
        var test = await Bench.TestAsync();

        test.Problems.ShouldBeEmpty();
        test.Streams.Select(stream => stream.Name).ShouldBe(Streams, ignoreOrder: true);
        test.Streams.ShouldAllBe(stream => stream.EstimatedCount == null);
    }

    [Fact]
    public async Task The_vendors_rate_limit_is_kept_or_waited_for()
    {
        await Bench.SetAsync(new { rate_limit = 20, retry_after = true });
        var result = await Bench.SyncAsync(WriteMode.Merge, Main);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        await ShouldEqualTheSourceAsync(Main);
    }

    [Fact]
    public async Task A_reading_that_broke_off_goes_on_where_it_was()
    {
        await Bench.FaultAsync(new { fault = "status", status = 500, after = await Bench.PreflightRequestsAsync() + 1, times = -1 });
        var broken = await Bench.SyncAsync(WriteMode.Merge, Main);
        broken.Status.ShouldNotBe(RunStatus.Succeeded);
        await Bench.ClearFaultsAsync();
        var result = await Bench.SyncAsync(WriteMode.Merge, Main);

        result.Status.ShouldBe(RunStatus.Succeeded, Describe(result));
        await ShouldEqualTheSourceAsync(Main);
    }

    protected async Task ShouldEqualTheSourceAsync(string stream)
    {
        var truth = await Bench.TruthAsync(TruthOf(stream));
        var rows = await Bench.RowsAsync(stream, Id(stream));
        rows.Keys.Except(truth.Keys).ShouldBeEmpty($"{stream}: rows that the source does not have");
        truth.Keys.Except(rows.Keys).ShouldBeEmpty($"{stream}: records that are missing");
        foreach (var (id, record) in truth)
        {
            if (!IsSame(stream, rows[id], record))
                throw new Xunit.Sdk.XunitException($"{stream} {id} differs:\nrow    {rows[id].ToJsonString()}\nsource {record.ToJsonString()}");
        }
    }

    protected static string Describe(RunResult result) =>
        string.Join("; ", result.Problems.Select(problem => string.Create(
            CultureInfo.InvariantCulture, $"{problem.Code} {problem.Subject}: {problem.Message}")));

    private async Task MutateAsync(int create, int update, int delete) =>
        await Bench.MutateAsync(TruthOf(Main), new
        {
            create,
            update = new { count = update, set = Change },
            delete = new { count = delete },
        });
}
