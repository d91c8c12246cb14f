using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources;
using Xunit;

namespace Tidemark.Tests.Zoho;

/// <summary>How the CRM takes values back, call by call.</summary>
public sealed class ZohoWriteBackTests
{
    private const string Path = "/crm/v8/Contacts";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_are_updated_in_one_call_and_without_workflows()
    {
        var (bench, options) = await ZohoBench.OpenAsync(60);
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var before = await bench.TruthAsync("contacts");

        (await UpdateAsync(source, Synced(before.Keys))).ShouldAllBe(answer => answer.Outcome == WriteBackOutcome.Done);

        (await bench.CountAsync(Path)).ShouldBe(1);
        foreach (var (id, record) in await bench.TruthAsync("contacts"))
        {
            record["Sync_to_Payment_App"]!.GetValue<string>().ShouldBe("Synced");
            JsonNode.DeepEquals(record["Description"], before[id]["Description"]).ShouldBeTrue("a workflow ran");
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(207)]
    public async Task A_record_that_is_refused_keeps_no_other_one_back(int status)
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await bench.SetAsync(new { partial_status = status });
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.MutateAsync("contacts", new { delete = new { id = ids[1] } });
        var updates = Synced(ids).ToList();
        updates[3] = new(ids[3], new Dictionary<string, string> { ["Rate_Per_Hour"] = "much" });

        var answers = await UpdateAsync(source, updates);

        answers.Where(answer => answer.Outcome != WriteBackOutcome.Done).Select(answer => (answer.Key, answer.Code, answer.Message)).ShouldBe(
        [
            (ids[1], "INVALID_DATA", "the id given seems to be invalid (id)"), (ids[3], "INVALID_DATA", "invalid data (Rate_Per_Hour)"),
        ], ignoreOrder: true);
        (await bench.CountAsync(Path)).ShouldBe(1, "what will never pass is not sent again");
    }

    [Fact]
    public async Task A_batch_of_which_no_record_passes_has_answers_all_the_same()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        (await UpdateAsync(source, Synced(["1", "2"]))).ShouldAllBe(answer =>
            answer.Outcome == WriteBackOutcome.Refused && answer.Code == "INVALID_DATA");
    }

    [Fact]
    public async Task Only_what_failed_for_a_passing_reason_is_sent_again()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.SetAsync(new { lock_once = new[] { ids[0], ids[4] } });

        (await UpdateAsync(source, Synced(ids))).ShouldAllBe(answer => answer.Outcome == WriteBackOutcome.Done);
        (await bench.CountAsync(Path)).ShouldBe(2);
    }

    [Fact]
    public async Task A_call_that_fails_says_nothing_of_any_record()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("retries", "0"));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.FaultAsync(new { fault = "status", status = 500, path = Path, times = 1 });

        (await Should.ThrowAsync<TidemarkException>(() => UpdateAsync(source, Synced(ids)))).Code.ShouldBe("zoho.unavailable");
    }

    [Theory]
    [InlineData("break_off", 0)]
    [InlineData("status", 503)]
    [InlineData("expire", 0)]
    public async Task A_passing_failure_of_a_call_is_not_seen(string fault, int status)
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);
        await bench.FaultAsync(status == 0 ? new { fault, path = Path, times = 1 } : (object)new { fault, status, path = Path, times = 1 });

        (await UpdateAsync(source, Synced((await bench.TruthAsync("contacts")).Keys)))
            .ShouldAllBe(answer => answer.Outcome == WriteBackOutcome.Done);
    }

    [Theory]
    [InlineData("boolean", "true", "true")]
    [InlineData("double", "12.50", "12.50")]
    [InlineData("integer", "7", "7")]
    [InlineData("integer", "seven", "\"seven\"")]
    [InlineData("string", "007", "\"007\"")]
    [InlineData("string", "", null)]
    public void A_value_goes_as_its_field_holds_it(string type, string text, string? json) =>
        ZohoWriteBack.Value(type, text)?.ToJsonString().ShouldBe(json);

    [Fact]
    public async Task A_field_that_the_module_does_not_have_is_told_before_anything_is_read()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10, ("criteria", "(Sync_to_Payment_App:equals:Pending Sync)"));
        await using var _ = bench;
        await using var source = new ZohoConnector().OpenSource(BoundSettings.Of(options), TimeProvider.System);

        var check = await ((IWriteBack)source).CheckWriteBackAsync("contacts", ["Sync_to_Payment_Ap", "Email"], Stop);

        check.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("write_back.not_possible"), problem => problem.Hint.ShouldBe("Did you mean Sync_to_Payment_App?"));
        check.TakesOut.ShouldBeFalse();
        (await ((IWriteBack)source).CheckWriteBackAsync("contacts", ["Sync_to_Payment_App"], Stop)).TakesOut.ShouldBeTrue();
    }

    private static Task<IReadOnlyList<WriteBackAnswer>> UpdateAsync(ISource source, IReadOnlyList<WriteBackUpdate> updates) =>
        ((IWriteBack)source).WriteBackAsync("contacts", updates, Stop);

    private static List<WriteBackUpdate> Synced(IEnumerable<string> ids) =>
        [.. ids.Select(id => new WriteBackUpdate(id, new Dictionary<string, string> { ["Sync_to_Payment_App"] = "Synced" }))];
}
