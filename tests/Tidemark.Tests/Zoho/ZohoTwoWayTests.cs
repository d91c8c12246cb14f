using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Zoho;

/// <summary>A pipeline that reads what waits in the CRM and writes back that it has it (P9, S1.4, S1.6, S1.11).</summary>
public sealed class ZohoTwoWayTests
{
    private const string Field = "Sync_to_Payment_App";
    private const string Path = "/crm/v8/Contacts";
    private const string Criteria = $"(({Field}:equals:Pending Sync)and(Fully_Onboarded:equals:true))";

    [Theory]
    [InlineData(WriteMode.Merge)]
    [InlineData(WriteMode.Replace)]
    public async Task P9_S1_6_what_was_imported_is_Synced_in_the_CRM_and_S1_11_stays_when_the_next_run_reads_nothing(WriteMode mode)
    {
        await using var bench = await StartAsync(700);
        await bench.SetAsync(new { loose_equals = true });
        var before = await bench.TruthAsync("contacts");
        var pending = before.Where(record => IsPending(record.Value)).Select(record => record.Key).ToList();
        pending.Count.ShouldBeGreaterThan(100);

        var first = await bench.SyncAsync(mode, "contacts");

        first.Status.ShouldBe(RunStatus.Succeeded, string.Join("; ", first.Problems));
        (first.Streams[0].Read, first.Streams[0].WrittenBack).ShouldBe((pending.Count, pending.Count));
        var after = await bench.TruthAsync("contacts");
        after.Where(record => record.Value[Field]?.ToString() == "Synced").Select(record => record.Key)
            .ShouldBe(before.Where(record => record.Value[Field]?.ToString() == "Synced").Select(record => record.Key).Union(pending), ignoreOrder: true);
        after.ShouldAllBe(record => JsonNode.DeepEquals(record.Value["Description"], before[record.Key]["Description"]));

        var second = await bench.SyncAsync(WriteMode.Merge, "contacts");

        (second.Status, second.Streams[0].Read, second.Streams[0].WrittenBack).ShouldBe((RunStatus.Succeeded, 0, 0));
        (await bench.RowsAsync("contacts", "id")).Keys.ShouldBe(pending);
    }

    [Fact]
    public async Task P4_P9_a_full_run_deletes_no_row_that_only_its_own_write_back_took_out_of_sight()
    {
        await using var bench = await StartAsync(40);
        await bench.SucceedsAsync(WriteMode.Merge, "contacts");
        var rows = (await bench.RowsAsync("contacts", "id")).Keys.ToList();
        rows.Count.ShouldBeLessThan(10, "the limit on deletes alone would let them go");
        await bench.MutateAsync("contacts", new { update = new { id = Other(await bench.TruthAsync("contacts"), rows), set = ZohoBench.Values((Field, "Pending Sync"), ("Fully_Onboarded", true)) } });

        var full = await bench.SyncAsync(WriteMode.Replace, "contacts");

        full.Status.ShouldBe(RunStatus.Parked);
        full.Problems.ShouldHaveSingleItem().Code.ShouldBe("guard.written_back");
        (await bench.RowsAsync("contacts", "id")).Keys.ShouldBe(rows);
        await bench.SucceedsAsync(WriteMode.Merge, "contacts");
        (await bench.RowsAsync("contacts", "id")).Count.ShouldBe(rows.Count + 1);
    }

    [Fact]
    public async Task P9_S1_6_what_the_CRM_refuses_leaves_the_run_partial_and_the_next_run_tries_it_again()
    {
        await using var bench = await StartAsync(300);
        var pending = (await bench.TruthAsync("contacts")).Where(record => IsPending(record.Value)).Select(record => record.Key).ToList();
        bench.Pipeline = Writing(("Rate_Per_Hour", "{last_name}"));

        var refused = await bench.SyncAsync(WriteMode.Merge, "contacts");

        refused.Status.ShouldBe(RunStatus.Partial);
        refused.IsVerified.ShouldBeTrue();
        refused.Streams[0].WrittenBack.ShouldBe(0);
        refused.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.Code.ShouldBe("write_back.failed"),
            problem => problem.Message.ShouldContain($"{pending.Count} records of contacts"),
            problem => problem.Message.ShouldContain("INVALID_DATA (invalid data (Rate_Per_Hour))"));
        (await bench.TruthAsync("contacts")).Values.Count(IsPending).ShouldBe(pending.Count);

        // Read again, because they still wait: now with a value that fits.
        bench.Pipeline = Writing((Field, "Synced"));
        await bench.SyncAsync(WriteMode.Replace, "contacts");
        (await bench.TruthAsync("contacts")).Values.Count(IsPending).ShouldBe(0);
    }

    [Fact]
    public async Task P9_a_connection_that_is_cut_in_the_write_back_leaves_it_to_the_next_run()
    {
        await using var bench = await StartAsync(300, ("retries", "1"), ("parallel", "1"));
        await bench.SyncAsync(WriteMode.Merge, "contacts");
        await bench.ResetRequestsAsync();
        await ThirtyWaitAsync();
        (await bench.SyncAsync(WriteMode.Merge, "contacts")).Streams[0].WrittenBack.ShouldBe(30);
        var reads = (await bench.RequestsAsync())["recent"]!.AsArray()
            .Count(request => request!["path"]!.ToString().StartsWith(Path, StringComparison.Ordinal)) - 1;
        await ThirtyWaitAsync();
        await bench.FaultAsync(new { fault = "break_off", path = Path, after = reads, times = 2 });

        var cut = await bench.SyncAsync(WriteMode.Merge, "contacts");

        cut.Status.ShouldBe(RunStatus.Partial);
        cut.Problems.ShouldHaveSingleItem().Code.ShouldBe("write_back.interrupted");
        (cut.IsVerified, cut.Streams[0].WrittenBack).ShouldBe((true, 0));
        var next = await bench.SyncAsync(WriteMode.Merge, "contacts");
        (next.Status, next.Streams[0].WrittenBack).ShouldBe((RunStatus.Succeeded, 30));
        (await bench.TruthAsync("contacts")).Values.Count(IsPending).ShouldBe(0);

        Task ThirtyWaitAsync() => bench.MutateAsync(
            "contacts", new { update = new { count = 30, set = ZohoBench.Values((Field, "Pending Sync"), ("Fully_Onboarded", true)) } });
    }

    [Fact]
    public async Task P9_a_stream_without_criteria_comes_to_rest()
    {
        await using var bench = await ZohoBench.StartAsync(30, ("modules", "Contacts"), ("overlap", "600"));
        bench.Pipeline = Writing((Field, "Synced"));
        var synced = (await bench.TruthAsync("contacts")).Values.Count(record => record[Field]?.ToString() == "Synced");

        var first = await bench.SyncAsync(WriteMode.Merge, "contacts");
        var second = await bench.SyncAsync(WriteMode.Merge, "contacts");

        first.Streams[0].WrittenBack.ShouldBe(first.Streams[0].Read - synced);
        (second.Status, second.Streams[0].Updated, second.Streams[0].WrittenBack)
            .ShouldBe((RunStatus.Succeeded, first.Streams[0].WrittenBack, 0));
    }

    [Fact]
    public async Task What_cannot_be_written_back_is_told_before_anything_is_read()
    {
        await using var bench = await StartAsync(20);
        bench.Pipeline = Writing(("Sync_to_Payment", "Synced"));
        (await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync(WriteMode.Merge, "contacts"))).Problems
            .ShouldHaveSingleItem().Code.ShouldBe("write_back.not_possible");
        bench.Pipeline = Writing((Field, "{nobody}"));
        (await Should.ThrowAsync<TidemarkException>(() => bench.SyncAsync(WriteMode.Merge, "contacts"))).Problems
            .ShouldHaveSingleItem().Message.ShouldBe("There is no column nobody.");
        (await bench.TablesAsync()).ShouldBeEmpty();
    }

    private static async Task<VendorBench> StartAsync(int size, params (string Name, string Value)[] more)
    {
        var bench = await ZohoBench.StartAsync(size, [("modules", "Contacts"), ("criteria", Criteria), .. more]);
        bench.Pipeline = Writing((Field, "Synced"));
        return bench;
    }

    private static PipelineDefinition Writing(params (string Field, string Value)[] set) => new("test", "vendor", "db")
    {
        Tables = "{stream}",
        Streams = ["contacts"],
        Shapes = [new("contacts") { WriteBack = new WriteBack(set.ToDictionary(each => each.Field, each => each.Value)) }],
    };

    private static string Other(SortedDictionary<string, JsonNode> truth, IEnumerable<string> rows) => truth.Keys.Except(rows).First();

    private static bool IsPending(JsonNode record) =>
        record[Field]?.GetValue<string>() == "Pending Sync" && record["Fully_Onboarded"]!.GetValue<bool>();
}
