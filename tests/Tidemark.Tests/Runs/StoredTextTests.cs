using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Quarantine;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Catalog;
using Xunit;

namespace Tidemark.Tests.Runs;

/// <summary>What vendors send and databases say comes back from a catalog letter for letter, NUL included.</summary>
public abstract class StoredTextTests : IDisposable
{
    private const string Odd = "a\0b \u001a 🌊 ä \ud83c end\0";

    private readonly TestHome _home;

    private protected StoredTextTests(TestHome home) => _home = home;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_record_in_quarantine_comes_back_byte_for_byte()
    {
        QuarantinedRecord bad = new("a", "{\"name\":\"a\0b 🌊\\u0000\"}", new("value.invalid", Odd, Odd, Odd)) { Key = Odd };
        await using (var first = await StartAsync()) await first.QuarantineOf("a").AddAsync([bad, bad], TestHome.Cancelled);
        await using var second = await StartAsync();
        var seen = second.QuarantineOf("a");
        await seen.AddAsync([bad with { Key = null }, bad with { Key = null }], TestHome.Cancelled);

        var entries = await QuarantineAsync();
        entries.Select(entry => entry.Record).ShouldBe([bad, bad with { Key = null }], ignoreOrder: true);
        var pages = await seen.PagesAsync(new("{}"), TestHome.Cancelled).ToListAsync(TestHome.Cancelled);
        var page = pages.ShouldHaveSingleItem();
        System.Text.Encoding.UTF8.GetString(page.Bytes.Span).ShouldBe(bad.Payload);
    }

    [Fact]
    public async Task A_record_in_quarantine_keeps_the_next_step_of_its_reason_through_a_settling_and_its_undo()
    {
        Problem reason = new("value.invalid", "field x", "Not a number.") { Next = new(NextAct.ReadEverything, Odd) };
        QuarantinedRecord bad = new("a", "{}", reason) { Key = "1" };
        string settling;
        await using (var first = await StartAsync()) await first.QuarantineOf("a").AddAsync([bad], TestHome.Cancelled);
        (await QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Next.ShouldBe(reason.Next);
        await using (var second = await StartAsync())
        {
            settling = second.Run;
            await second.QuarantineOf("a").SettleRetriedAsync(TestHome.Cancelled);
        }

        await using var undo = await StartAsync();
        await undo.SettledQuarantine.ReopenAsync(settling, TestHome.Cancelled);
        (await QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Next.ShouldBe(reason.Next);

        await undo.QuarantineOf("a").AddAsync([bad with { Reason = reason with { Next = null } }], TestHome.Cancelled);
        (await QuarantineAsync()).ShouldHaveSingleItem().Record.Reason.Next.ShouldBeNull();
    }

    [Fact]
    public async Task A_key_of_many_kilobytes_is_in_quarantine_once()
    {
        // What cannot be compressed: an index of the destination has refused it, and one of the catalog must not.
        var key = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20_000));
        QuarantinedRecord bad = new("a", "{}", new("value.too_long", "field id", "Too long.")) { Key = key };
        await using var run = await StartAsync();
        await run.QuarantineOf("a").AddAsync([bad, bad, bad with { Key = key + "x" }], TestHome.Cancelled);

        (await QuarantineAsync()).Select(entry => entry.Record.Key).ShouldBe([key, key + "x"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_record_that_an_undone_run_had_settled_is_back_under_its_id()
    {
        QuarantinedRecord bad = new("a", "{}", new("value.invalid", "field x", Odd)) { Key = Odd };
        string settling;
        await using (var first = await StartAsync()) await first.QuarantineOf("a").AddAsync([bad], TestHome.Cancelled);
        var before = (await QuarantineAsync()).ShouldHaveSingleItem();
        await using (var second = await StartAsync())
        {
            settling = second.Run;
            await second.QuarantineOf("a").SettleRetriedAsync(TestHome.Cancelled);
        }

        (await QuarantineAsync()).ShouldBeEmpty();
        await using var undo = await StartAsync();
        await undo.SettledQuarantine.ReopenAsync(settling, TestHome.Cancelled);
        (await QuarantineAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            entry => entry.Id.ShouldBe(before.Id), entry => entry.Record.ShouldBe(bad with { CanRetry = false }));
        await undo.SettledQuarantine.UndoneAsync(settling, wasUndo: false, isWhole: true);
        (await QuarantineAsync()).ShouldHaveSingleItem().Record.ShouldBe(bad);

        // Ids go on after those that came back.
        await undo.QuarantineOf("a").AddAsync([bad with { Key = "new" }], TestHome.Cancelled);
        (await QuarantineAsync()).Select(entry => entry.Id).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Steps_and_problems_come_back_letter_for_letter_log_lines_as_one_line_and_discarding_says_who()
    {
        var catalog = await _home.OpenAsync();
        var runs = await _home.RunsAsync();
        var history = new RunHistory(catalog);
        await using var run = await StartAsync();
        await run.LogAsync(RunLogLevel.Info, "a", Odd, TestHome.Cancelled);
        await run.LogAsync(RunLogLevel.Info, "a", new string('x', 3_999) + "🌊", TestHome.Cancelled); // cut within the wave
        await run.StepAsync("read", "a", StepStatus.Done, Odd, TestHome.Cancelled);
        await run.QuarantineOf("a").AddAsync(
            [new("a", "{}", new("value.invalid", "field x", Odd)) { Key = Odd }], TestHome.Cancelled);
        await run.FinishAsync(
            RunStoreTests.Ended(run) with { Problems = [new("value.invalid", "field x", "a\0b", "c\0d")] }, TestHome.Cancelled);
        var entry = (await QuarantineAsync()).ShouldHaveSingleItem();
        await new QuarantineCatalog(catalog, _home.Clock).DiscardAsync([entry.Id], "Ann\0a", TestHome.Cancelled);

        var logs = await history.LogsAsync(run.Run, 0, 10, TestHome.Cancelled);
        logs[0].Message.ShouldBe(PlainLine.Of(Odd));
        logs[1].Message.ShouldBe(new string('x', 3_999) + "\ud83c…");
        logs[2].Message.ShouldBe($"Ann\0a discarded the record {entry.Id} from quarantine (key {Odd}): {PlainLine.Of(Odd)} (value.invalid)");
        (await history.StepsAsync(run.Run, TestHome.Cancelled)).Single().Detail.ShouldBe(Odd);
        (await runs.FindAsync(run.Run, TestHome.Cancelled)).Result.Problems.ShouldBe([new Problem("value.invalid", "field x", "a\0b", "c\0d")]);
    }

    private async Task<RunJournal> StartAsync()
    {
        _home.Clock.Now += TimeSpan.FromMinutes(1);
        return await (await _home.QueueAsync()).BeginAsync(
            new(new SyncRun("p"), new(RunTrigger.Command, null), WriteMode.Merge), TestHome.Cancelled);
    }

    private async Task<IReadOnlyList<QuarantineEntry>> QuarantineAsync() => await new QuarantineCatalog(await _home.OpenAsync(), _home.Clock)
        .ListAsync(new(), 100, TestHome.Cancelled).ToListAsync(TestHome.Cancelled);
}

public sealed class SqliteStoredTextTests() : StoredTextTests(new SqliteHome());

public sealed class PostgresStoredTextTests() : StoredTextTests(new PostgresHome());
