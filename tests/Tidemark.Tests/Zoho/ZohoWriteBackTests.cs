using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Zoho;
using Xunit;

namespace Tidemark.Tests.Zoho;

public sealed class ZohoWriteBackTests
{
    private const string Path = "/crm/v8/Contacts";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_are_updated_a_hundred_a_call_and_without_workflows()
    {
        var (bench, options) = await ZohoBench.OpenAsync(250);
        await using var _ = bench;
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);
        var before = await bench.TruthAsync("contacts");

        var results = await writing.UpdateAsync("Contacts", Synced(before.Keys), Stop);

        results.Select(result => result.Id).ShouldBe(before.Keys);
        results.ShouldAllBe(result => result.IsDone && result.Code == "SUCCESS");
        (await bench.CountAsync(Path)).ShouldBe(3);
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
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.MutateAsync("contacts", new { delete = new { id = ids[1] } });
        var updates = Synced(ids).ToList();
        updates[3] = new(ids[3], new JsonObject { ["Rate_Per_Hour"] = "much" });

        var results = await writing.UpdateAsync("Contacts", updates, Stop);

        results.Where(result => !result.IsDone).Select(result => (result.Id, result.Code, result.Message)).ShouldBe(
        [
            (ids[1], "INVALID_DATA", "the id given seems to be invalid (id)"), (ids[3], "INVALID_DATA", "invalid data (Rate_Per_Hour)"),
        ]);
        (await bench.CountAsync(Path)).ShouldBe(1, "what will never pass is not sent again");
    }

    [Fact]
    public async Task A_batch_of_which_no_record_passes_has_results_all_the_same()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);

        var result = (await writing.UpdateAsync("Contacts", Synced(["1", "2"]), Stop)).ToList();

        result.ShouldAllBe(each => !each.IsDone && each.Code == "INVALID_DATA");
    }

    [Fact]
    public async Task Only_what_failed_for_a_passing_reason_is_sent_again()
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.SetAsync(new { lock_once = new[] { ids[0], ids[4] } });

        var results = await writing.UpdateAsync("Contacts", Synced(ids), Stop);

        results.ShouldAllBe(result => result.IsDone);
        (await bench.CountAsync(Path)).ShouldBe(2);
    }

    [Fact]
    public async Task A_failing_batch_is_told_of_each_of_its_records_and_the_others_go_through()
    {
        var (bench, options) = await ZohoBench.OpenAsync(150, ("retries", "0"));
        await using var _ = bench;
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);
        var ids = (await bench.TruthAsync("contacts")).Keys.ToList();
        await bench.FaultAsync(new { fault = "status", status = 500, path = Path, times = 1 });

        var results = await writing.UpdateAsync("Contacts", Synced(ids), Stop);

        results.Take(100).ShouldAllBe(result => !result.IsDone && result.Code == "zoho.unavailable");
        results.Skip(100).ShouldAllBe(result => result.IsDone);
    }

    [Theory]
    [InlineData("break_off", 0)]
    [InlineData("status", 503)]
    [InlineData("expire", 0)]
    public async Task A_passing_failure_of_a_call_is_not_seen(string fault, int status)
    {
        var (bench, options) = await ZohoBench.OpenAsync(10);
        await using var _ = bench;
        await using var writing = new ZohoWriteBack(options, TimeProvider.System);
        await bench.FaultAsync(status == 0 ? new { fault, path = Path, times = 1 } : (object)new { fault, status, path = Path, times = 1 });

        (await writing.UpdateAsync("Contacts", Synced((await bench.TruthAsync("contacts")).Keys), Stop)).ShouldAllBe(result => result.IsDone);
    }

    private static List<ZohoUpdate> Synced(IEnumerable<string> ids) =>
        [.. ids.Select(id => new ZohoUpdate(id, new JsonObject { ["Sync_to_Payment_App"] = "Synced" }))];
}
