using Shouldly;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Runs.Failures;
using Tidemark.Tests.Catalog;
using Tidemark.Tests.Scheduling;
using Xunit;

namespace Tidemark.Tests.Runs.Failures;

/// <summary>What the failure inbox promises, whatever database the catalog is in.</summary>
public abstract class FailureInboxPromises : IDisposable
{
    private static readonly AuditActor Ada = new("ada", "api");
    private static readonly Problem Refused = new("source.refused", "stream orders", "The vendor refused \"orders\" 😀.");

    private readonly ScheduledHome _home;

    private protected FailureInboxPromises(TestHome home) => _home = new(home);

    private static CancellationToken Stop => TestHome.Cancelled;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task P3_a_run_that_failed_is_open_until_later_runs_have_done_each_of_its_streams()
    {
        await using var home = await OpenAsync();
        var failed = await EndAsync(new SyncRun("p"), RunStatus.Failed, Failed("orders"), Failed("customers"));
        var open = (await ListAsync(home)).ShouldHaveSingleItem();
        (open.Run, open.Pipeline, open.IsOpen).ShouldBe((failed, "p", true));
        open.Parts.Select(part => (part.Stream, part.Code, part.Message)).ShouldBe(
            [("customers", "source.refused", Refused.Message), ("orders", "source.refused", Refused.Message)]);

        var half = await EndAsync(new SyncRun("p"), RunStatus.Partial, Proven("orders"), Failed("customers"));
        (await ListAsync(home)).Select(run => run.Run).ShouldBe([half, failed]);
        (await home.Inbox.GetAsync(failed, Stop)).Parts.Select(part => (part.Stream, part.OverBy)).ShouldBe([("customers", null), ("orders", half)]);

        var whole = await EndAsync(new SyncRun("p") { Streams = ["customers"] }, RunStatus.Succeeded, Proven("customers"));
        (await ListAsync(home)).ShouldBeEmpty();
        (await home.Inbox.ListAsync(new() { IsOver = true }, 9, Stop)).Select(run => run.Run).ShouldBe([half, failed]);
        (await home.Inbox.GetAsync(failed, Stop)).Parts.Select(part => part.OverBy).ShouldBe([whole, half]);
    }

    [Fact]
    public async Task A_stream_counts_as_done_only_where_it_is_proven()
    {
        await using var home = await OpenAsync();
        var failed = await EndAsync(new SyncRun("p"), RunStatus.Failed, Failed("orders"));

        await EndAsync(new SyncRun("p"), RunStatus.Partial, new StreamFigures("orders", "p_orders") { Read = 2, Created = 1, Quarantined = 1, Receipt = Fits });
        await EndAsync(new SyncRun("p"), RunStatus.Partial, new StreamFigures("orders", "p_orders") { Read = 1, Created = 1, Receipt = new(new(1, 2, 3), default) });
        await EndAsync(new SyncRun("p"), RunStatus.Failed, new StreamFigures("orders", "p_orders"));
        await EndAsync(new SyncRun("p"), RunStatus.Cancelled, Proven("orders"));
        await EndAsync(new DryRun(new SyncRun("p")), RunStatus.Planned, Proven("orders"));
        await EndAsync(new SyncRun("q"), RunStatus.Succeeded, Proven("orders"));
        await EndAsync(new DeletionScan("p"), RunStatus.Succeeded, Proven("orders"));
        await EndAsync(new SyncRun("p") { SourceSettings = new Dictionary<string, string> { ["criteria"] = "x" } }, RunStatus.Succeeded, Proven("orders"));

        (await ListAsync(home)).Select(run => run.Run).ShouldContain(failed);
        (await ListAsync(home)).Count.ShouldBe(4);
        await EndAsync(new SyncRun("p"), RunStatus.Succeeded, Proven("orders"));
        (await ListAsync(home)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_failed_before_it_knew_its_streams_is_over_when_all_of_the_pipeline_succeeds()
    {
        await using var home = await OpenAsync();
        var failed = await EndAsync(new SyncRun("p"), RunStatus.Failed);
        (await ListAsync(home)).ShouldHaveSingleItem().Parts.ShouldHaveSingleItem().Stream.ShouldBeNull();

        await EndAsync(new SyncRun("p") { Streams = ["orders"] }, RunStatus.Succeeded, Proven("orders"));
        await EndAsync(new BackupRun("p"), RunStatus.Succeeded);
        (await ListAsync(home)).ShouldHaveSingleItem().Run.ShouldBe(failed);

        await EndAsync(new SyncRun("p"), RunStatus.Succeeded, Proven("orders"));
        (await ListAsync(home)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_kind_of_work_is_ended_by_its_own_and_a_scan_for_deletions_by_a_full_reading_too()
    {
        await using var home = await OpenAsync();
        var backup = await EndAsync(new BackupRun("p"), RunStatus.Failed);
        var undo = await EndAsync(new UndoRun("p", "r-1"), RunStatus.Failed);
        var scan = await EndAsync(new DeletionScan("p"), RunStatus.Failed, Failed("orders"));
        await EndAsync(new DryRun(new SyncRun("p")), RunStatus.Failed, Failed("orders"));

        await EndAsync(new SyncRun("p"), RunStatus.Succeeded, Proven("orders"));
        await EndAsync(new UndoRun("p", "r-2"), RunStatus.Succeeded);
        (await ListAsync(home)).Select(run => run.Run).ShouldBe([scan, undo, backup]);

        await EndAsync(new SyncRun("p"), RunStatus.Succeeded, Proven("orders") with { IsFull = true });
        await EndAsync(new UndoRun("p", "r-1"), RunStatus.Succeeded);
        await EndAsync(new BackupRun("p"), RunStatus.Succeeded);
        (await ListAsync(home)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_whose_process_is_gone_is_open_until_its_repetition_succeeds()
    {
        await using var home = await OpenAsync();
        var queue = await _home.Catalog.QueueAsync();
        await home.StartAsync(new SyncRun("p"), new(RunTrigger.Schedule, null), null, Stop);
        var journal = (await queue.ClaimNextAsync(Stop))!;
        await journal.DisposeAsync(); // never finished

        var failed = (await ListAsync(home)).ShouldHaveSingleItem();
        failed.Parts.ShouldHaveSingleItem().Code.ShouldBe("run.interrupted");
        failed.Parts[0].IsTransient.ShouldBeTrue();

        await using (var again = (await queue.ClaimNextAsync(Stop))!)
            await again.FinishAsync(RunStoreTests.Ended(again) with { Streams = [Proven("orders")] }, Stop);
        (await ListAsync(home)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_settles_exactly_the_runs_that_were_seen_with_a_note()
    {
        await using var home = await OpenAsync();
        var first = await EndAsync(new SyncRun("p"), RunStatus.Failed, Failed("orders"));
        var second = await EndAsync(new SyncRun("q"), RunStatus.Failed, Failed("orders"));
        var gone = await EndAsync(new BackupRun("p"), RunStatus.Failed);
        await EndAsync(new BackupRun("p"), RunStatus.Succeeded);
        var later = await EndAsync(new SyncRun("p"), RunStatus.Failed, Failed("customers"));

        (await Refusal.CodeAsync(() => home.Inbox.SettleAsync([first, "r-none"], "Why.", Ada, Stop))).ShouldBe("inbox.unknown");
        (await Refusal.CodeAsync(() => home.Inbox.SettleAsync([first], " \0\n", Ada, Stop))).ShouldBe("inbox.note_invalid");
        (await Refusal.CodeAsync(() => home.Inbox.SettleAsync([first], new('x', FailureInbox.MaxNote + 1), Ada, Stop))).ShouldBe("inbox.note_invalid");
        (await ListAsync(home)).Count.ShouldBe(3);
        var settled = await home.Inbox.SettleAsync([first, gone, first], "It's \"down\" 😀", Ada, Stop);

        settled.Settled.ShouldBe([first]);
        settled.Over.ShouldBe([gone]);
        (await ListAsync(home)).Select(run => run.Run).ShouldBe([later, second]);
        var part = (await home.Inbox.GetAsync(first, Stop)).Parts.ShouldHaveSingleItem();
        (part.SettledBy, part.Note, part.OverBy, part.OverAt).ShouldBe(("ada", "It's \"down\" 😀", null, _home.Now));
        var line = (await home.Audit.ListAsync(new() { Action = "inbox." }, 9, Stop)).ShouldHaveSingleItem().Note;
        (line.Who.Name, line.Subject, line.Detail).ShouldBe(("ada", $"run {first} of pipeline p", "It's \"down\" 😀"));
    }

    [Fact]
    public async Task Runs_that_ask_for_the_same_are_retried_as_one_with_the_streams_that_failed()
    {
        await using var home = await OpenAsync();
        var first = await EndAsync(new SyncRun("p"), RunStatus.Partial, Failed("orders"), Proven("items"));
        var second = await EndAsync(new SyncRun("p"), RunStatus.Partial, Failed("customers"), Proven("items"));
        var full = await EndAsync(new SyncRun("p") { Mode = WriteMode.Replace }, RunStatus.Failed, Failed("orders"), new StreamFigures("items", "p_items") { Read = 1 });
        var other = await EndAsync(new SyncRun("q"), RunStatus.Failed);
        var cleared = await EndAsync(new ClearRun("q"), RunStatus.Failed);

        var retries = await home.Requests.RetryFailuresAsync([first, second, full, other], onlyFailed: true, Stop);

        // What was staged and not published is not done either.
        ScheduledHome.Requests(retries.Select(retry => retry.Request)).ShouldBe(ScheduledHome.Requests(
            new SyncRun("p") { Streams = ["orders", "customers"] }, new SyncRun("p") { Mode = WriteMode.Replace, Streams = ["items", "orders"] }, new SyncRun("q")));
        retries[0].Runs.ShouldBe([first, second]);
        ScheduledHome.Requests((await home.Requests.RetryFailuresAsync([first, second], onlyFailed: false, Stop)).Select(retry => retry.Request))
            .ShouldBe(ScheduledHome.Requests(new SyncRun("p")));
        (await Refusal.CodeAsync(() => home.Requests.RetryFailuresAsync([cleared], onlyFailed: true, Stop))).ShouldBe("run.not_a_sync");

        await EndAsync(new SyncRun("p"), RunStatus.Succeeded, Proven("orders"), Proven("customers"), Proven("items"));
        ScheduledHome.Requests((await home.Requests.RetryFailuresAsync([first, full, other], onlyFailed: true, Stop)).Select(retry => retry.Request))
            .ShouldBe(ScheduledHome.Requests(new SyncRun("q")));
    }

    [Fact]
    public async Task Failed_runs_are_listed_the_latest_first_in_parts_and_found_by_words()
    {
        await using var home = await OpenAsync();
        var ids = new List<string>();
        foreach (var pipeline in new[] { "p", "q", "p" }) ids.Insert(0, await EndAsync(new SyncRun(pipeline), RunStatus.Failed, Failed("orders"), Failed($"s{ids.Count}")));

        var all = await home.Inbox.ListAsync(new(), 2, Stop);
        all.Select(run => run.Run).ShouldBe(ids.Take(2));
        all.ShouldAllBe(run => run.Parts.Count == 2);
        (await home.Inbox.ListAsync(new() { Before = (all[1].FailedAt, all[1].Run) }, 2, Stop)).Select(run => run.Run).ShouldBe(ids.Skip(2));
        (await home.Inbox.ListAsync(new() { Pipelines = ["q", "none"] }, 9, Stop)).ShouldHaveSingleItem().Pipeline.ShouldBe("q");
        (await home.Inbox.ListAsync(new() { Search = "REFUSED \"ord" }, 9, Stop)).Count.ShouldBe(3);
        (await home.Inbox.ListAsync(new() { Search = "S1" }, 9, Stop)).ShouldHaveSingleItem().Parts.Count.ShouldBe(2);
        (await home.Inbox.ListAsync(new() { Search = "%'; drop table failures" }, 9, Stop)).ShouldBeEmpty();
    }

    private static StreamReceipt Fits => new(new(1, 2, 3), new(1, 2, 3));

    private static StreamFigures Failed(string stream) => new(stream, $"p_{stream}") { Error = Refused };

    private static StreamFigures Proven(string stream) => new(stream, $"p_{stream}") { Read = 1, Created = 1, Receipt = Fits };

    private static Task<IReadOnlyList<FailedRun>> ListAsync(Home home) => home.Inbox.ListAsync(new(), 20, Stop);

    private async Task<Home> OpenAsync()
    {
        await _home.SaveAsync(ScheduledHome.Pipeline("p"), ScheduledHome.Pipeline("q"));
        return await _home.OpenAsync();
    }

    /// <summary>A run that began a minute later than all before, and ended so.</summary>
    private async Task<string> EndAsync(RunRequest request, RunStatus status, params StreamFigures[] streams)
    {
        _home.Now += TimeSpan.FromMinutes(1);
        await using var journal = await (await _home.Catalog.QueueAsync()).BeginAsync(new(request, new(RunTrigger.Command, "bob"), WriteMode.Merge), Stop);
        await journal.FinishAsync(RunStoreTests.Ended(journal) with
        {
            Kind = request.Kind,
            Status = status,
            Streams = streams,
            Problems = status is RunStatus.Failed or RunStatus.Partial ? [.. streams.Select(stream => stream.Error).OfType<Problem>()] : [],
        }, Stop);
        return journal.Run;
    }
}

public sealed class SqliteFailureInboxPromises() : FailureInboxPromises(new SqliteHome());

public sealed class PostgresFailureInboxPromises() : FailureInboxPromises(new PostgresHome());
