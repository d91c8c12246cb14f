using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Tidemark.Tests.Systems;

/// <summary>The template <c>payments</c>: a CRM's contacts become the interpreters of a payment application (S1).</summary>
public sealed class PaymentsTests
{
    private const string App = "Sync_to_Payment_App";
    private const string Table = "interpreters";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S1_4_S1_5_equals_is_filtered_again_and_the_fields_have_their_columns(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.Vendor.SetAsync(new { loose_equals = true });
        var pending = await PendingAsync(bench);

        var run = await bench.SucceedsAsync("payments");

        run.Figures("contacts", "read", "created", "written_back").ShouldBe([pending.Count, pending.Count, pending.Count]);
        var rows = await bench.QueryAsync(
            """
            SELECT id, record_id, last_name, employee_id, cloudbreak_id, languagelink_id, propio_id, contact_name, email, language,
                payment_frequency, service_location, onboarding_status, rate_per_minute, rate_per_hour
            FROM interpreters ORDER BY record_id
            """);
        rows.Select(Numbers).ShouldBe(pending.Select(contact => Numbers(string.Join('|', new[]
            {
                "id", "Last_Name", "Employee_ID", "Cloudbreak_ID", "LanguageLink_ID", "Propio_ID", "Contact_Name", "Email", "Language",
                "Payment_Frequency", "Service_Location", "Onboarding_Status", "Rate_Per_Minute", "Rate_Per_Hour",
            }.Select(field => contact.Value[field]?.ToString()).Prepend($"int_{contact.Key}")))));

        // Rates come as 12.5 or as 12.50.
        static (string, decimal, decimal) Numbers(string row) => row.Split('|') is [.. var texts, var minute, var hour]
            ? (string.Join('|', texts), Rate(minute), Rate(hour)) : throw new FormatException(row);

        static decimal Rate(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task S1_4_without_onboarding_only_the_first_half_of_the_criteria_counts()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        bench.Variables["PAYMENTS_CRITERIA"] = $"({App}:equals:Pending Sync)";
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        var waiting = (await bench.Vendor.TruthAsync("contacts")).Values.Count(contact => contact[App]?.ToString() == "Pending Sync");

        (await bench.SucceedsAsync("payments")).Figures("contacts", "read").ShouldBe([waiting]);

        waiting.ShouldBeGreaterThan((await bench.Vendor.TruthAsync("contacts")).Values.Count(IsOnboarded) / 3);
    }

    [Fact]
    public async Task S1_6_written_back_in_batches_of_100_without_setting_off_workflows()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite, 700);
        var pending = await PendingAsync(bench);
        pending.Count.ShouldBeGreaterThan(100);
        await bench.Vendor.ResetRequestsAsync();

        await bench.SucceedsAsync("payments");

        (await bench.Vendor.RequestsAsync())["recent"]!.AsArray().Count(request => request!["method"]!.ToString() == "PUT")
            .ShouldBe((pending.Count + 99) / 100);
        var after = await bench.Vendor.TruthAsync("contacts");
        pending.Keys.ShouldAllBe(id => after[id][App]!.ToString() == "Synced");
        (await PendingAsync(bench)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S1_1_S1_7_S1_11_S1_12_refresh_incremental_and_rollback_value_for_value(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("payments");
        var first = await RowsAsync(bench);
        await bench.ExecuteAsync($"CREATE VIEW names AS SELECT id, last_name FROM {Table}");
        await SetPendingAsync(bench, 12);

        // Incremental, as every night: what waits comes beside what is there.
        var merged = await bench.SucceedsAsync("payments");

        merged.Figures("contacts", "deleted").ShouldBe([0]);
        var both = await RowsAsync(bench);
        both.Count.ShouldBe(first.Count + (int)merged.Figures("contacts", "created")[0]);

        // A refresh keeps only what waits: it asks first, and keeps all until somebody says yes.
        await SetPendingAsync(bench, 5);
        (await bench.SyncAsync("parked", "payments", "--refresh")).Problems.ShouldNotBeEmpty();
        (await RowsAsync(bench)).ShouldBe(both);
        var refreshed = new SystemRun((await bench.RunAsync("run", "approve", "last")).Line);

        refreshed.Line.GetProperty("status").GetString().ShouldBe("succeeded");
        (await bench.CountAsync(Table)).ShouldBe(5);
        var backup = refreshed.Line.GetProperty("refresh").GetProperty("backup").GetProperty("filename").GetString()!;
        backup.ShouldMatch(@"^interpreter_backup_\d{8}_\d{6}(_\d+)?\.json$");
        using (var content = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(bench.Home, "backups", backup), Stop)))
        {
            var document = content.RootElement;
            document.GetProperty("total_records").GetInt64().ShouldBe(both.Count);
            document.GetProperty("records").GetArrayLength().ShouldBe(both.Count);
            document.TryGetProperty("backup_timestamp", out _).ShouldBeTrue();
        }

        // Rollback: list, restore; a view of the application is still there.
        (await bench.DoAsync("backup", "list", "payments")).Lines.Select(line => line.GetProperty("filename").GetString()).ShouldContain(backup);
        await bench.DoAsync("backup", "restore", backup, "--exact");
        (await RowsAsync(bench)).ShouldBe(both);
        (await bench.CountAsync("names")).ShouldBe(both.Count);
    }

    [Theory]
    [InlineData(SystemBench.Sqlite)]
    [InlineData(SystemBench.Postgres)]
    public async Task S1_13_nothing_fetched_keeps_the_old_rows_and_says_why(string database)
    {
        await using var bench = await StartAsync(database);
        await bench.SucceedsAsync("payments");
        var before = await RowsAsync(bench);
        var contacts = await bench.Vendor.TruthAsync("contacts");
        var left = contacts.Where(contact => contact.Value[App]?.ToString() == "Pending Sync").ToList();
        left.ShouldAllBe(contact => !IsOnboarded(contact.Value));

        var run = await bench.SyncAsync("parked", "payments", "--refresh");

        var problem = run.Problems.ShouldHaveSingleItem();
        problem.GetProperty("code").GetString().ShouldBe("guard.empty_source");
        problem.GetProperty("message").GetString()!.ShouldEndWith(
            $"Of Contacts, {left.Count} records match ({App}:equals:Pending Sync), "
            + $"{contacts.Values.Count(IsOnboarded)} records match (Fully_Onboarded:equals:true); none match all of it.");
        (await RowsAsync(bench)).ShouldBe(before);
        (await bench.DoAsync("run", "logs", run.Id)).Output.ShouldContain("none match all of it");
    }

    [Fact]
    public async Task S1_14_a_backup_that_cannot_be_written_stops_everything_before_anything_is_deleted()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.SucceedsAsync("payments");
        var before = await RowsAsync(bench);
        await SetPendingAsync(bench, 5);
        // No folder can be made where a file is.
        await File.WriteAllTextAsync(bench.File("taken"), "", Stop);
        var yaml = await File.ReadAllTextAsync(bench.TemplateFile, Stop);
        await File.WriteAllTextAsync(
            bench.TemplateFile, yaml.Replace("backup: { ", $"backup: {{ folder: {bench.File("taken")}/backups, ", StringComparison.Ordinal), Stop);
        await bench.DoAsync("apply", "-f", bench.TemplateFile);
        await bench.Vendor.ResetRequestsAsync();

        var run = await bench.SyncAsync("failed", "payments", "--refresh", "--approve");

        run.Problems.ShouldHaveSingleItem().GetProperty("code").GetString().ShouldBe("backup.cannot_write");
        run.Figures("contacts", "read", "deleted").ShouldBe([0, 0]);
        (await RowsAsync(bench)).ShouldBe(before);
        (await PendingAsync(bench)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task S1_weakness_a_fetch_that_fails_leaves_the_old_rows()
    {
        await using var bench = await StartAsync(SystemBench.Sqlite);
        await bench.SucceedsAsync("payments");
        var before = await RowsAsync(bench);
        await SetPendingAsync(bench, 5);
        await bench.Vendor.FaultAsync(new { fault = "wrong_content", path = "/crm/v8/Contacts", times = -1 });

        (await bench.SyncAsync("failed", "payments", "--refresh", "--approve")).Figures("contacts", "written_back").ShouldBe([0]);

        (await RowsAsync(bench)).ShouldBe(before);
    }

    private static Task<SystemBench> StartAsync(string database, int size = 100) =>
        SystemBench.StartAsync("payments", "zoho", database, size);

    private static async Task<SortedDictionary<string, JsonNode>> PendingAsync(SystemBench bench) =>
        new((await bench.Vendor.TruthAsync("contacts"))
            .Where(contact => contact.Value[App]?.ToString() == "Pending Sync" && IsOnboarded(contact.Value)).ToDictionary(), StringComparer.Ordinal);

    private static Task<JsonNode> SetPendingAsync(SystemBench bench, int count) => bench.Vendor.MutateAsync(
        "contacts", new { update = new { count, set = new Dictionary<string, object> { [App] = "Pending Sync", ["Fully_Onboarded"] = true } } });

    private static Task<IReadOnlyList<string>> RowsAsync(SystemBench bench) => bench.QueryAsync($"SELECT * FROM {Table} ORDER BY id");

    private static bool IsOnboarded(JsonNode contact) => contact["Fully_Onboarded"]!.GetValue<bool>();
}
