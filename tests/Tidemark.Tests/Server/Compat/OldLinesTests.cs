using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Tests.Wire;
using Xunit;

namespace Tidemark.Tests.Server.Compat;

/// <summary>Every line that callers of earlier tools were given, typed as it stands, and the JSON that was documented for it.</summary>
public sealed class OldLinesTests
{
    private const string Refresh = """
        { "workflow_started_at": "2025-10-06T14:30:00.123456",
          "steps": [
            {"step": "backup", "status": "success", "data": {"success": true, "filepath": "backups/interpreter_backup_20251006_143000.json", "filename": "interpreter_backup_20251006_143000.json", "timestamp": "20251006_143000", "total_records": 150, "file_size_bytes": 245678}},
            {"step": "clear",  "status": "success", "data": {"success": true, "deleted_count": 150, "remaining_count": 0}},
            {"step": "sync",   "status": "success", "data": {"id": "sync_1759750638429", "status": "completed", "total_fetched": 120, "total_created": 120, "total_updated": 0, "total_skipped": 0, "total_errors": 0, "total_synced_to_zoho": 120, "duration_seconds": 45.3}} ],
          "summary": {"total_duration_seconds": 48.7, "final_interpreter_count": 120, "workflow_status": "completed", "backup_created": true, "data_cleared": true, "fully_onboarded_filter_used": true},
          "workflow_completed_at": "2025-10-06T14:30:48.823456" }
        """;

    private const string Backups = """{"backups":[{"filename":"a","filepath":"b","created_at":"2025-10-06T14:30:00.123456","size_bytes":1,"total_records":1}],"total":1}""";
    private const string Restored = """{"success":true,"backup_file":"a","total_in_backup":1,"restored":1,"skipped":0,"errors":0,"error_details":[]}""";
    private const string Cleared = """{"success":true,"deleted_count":1,"remaining_count":0}""";

    private const string SyncStatus = """{"sync_type":"INCREMENTAL","status":"SUCCESS","total_fetched":150,"new_records":5,"updated_records":145,"failed_records":0,"started_at":"2026-01-13T06:30:00","completed_at":"2026-01-13T06:32:15","duration_seconds":135}""";

    [Fact]
    public async Task S1_S2_S4_every_line_is_answered_in_its_old_shape()
    {
        await using var bench = await OldBench.StartAsync("zoho", "payments", "opportunities", "retail");
        // Something is there already, so that the first refresh has a backup to make and rows to clear.
        await bench.DoAsync("POST", "api/database/refresh");
        await bench.SetPendingAsync(20);
        var shapes = new StringBuilder();
        var answers = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, line) in Lines())
        {
            var answer = await bench.TypeAsync(line, await VariablesAsync(bench, line));
            answers[name] = answer;
            shapes.Append($"{name}: {line}{(answer.ValueKind == JsonValueKind.Object ? "" : " ")}{OldBench.ShapeOf(answer, "  ")}\n\n");
        }

        foreach (var (name, documented) in new[]
        {
            ("S1.2 list", Backups), ("S1.2 restore", Restored), ("S1.12 restore", Restored), ("S1.3", Cleared), ("S2.7 sync", SyncStatus), ("S2.7 status", SyncStatus),
            ("S1.2 create", JsonSerializer.Deserialize<JsonElement>(Refresh).GetProperty("steps")[0].GetProperty("data").ToString()),
        })
        {
            OldBench.ShapeOf(answers[name]).ShouldBe(OldBench.ShapeOf(JsonSerializer.Deserialize<JsonElement>(documented)), name);
        }

        shapes.ToString().ShouldBeApproved("lines.txt");
    }

    [Fact]
    public async Task S1_1_a_refresh_over_rows_answers_to_the_letter_as_documented()
    {
        await using var bench = await OldBench.StartAsync("zoho", "payments");
        await bench.DoAsync("POST", "api/database/refresh");
        // The same contacts wait again: nothing would go.
        var ids = (await bench.DoAsync("GET", "api/interpreters")).GetProperty("interpreters").EnumerateArray().Select(row => row.GetProperty("record_id").GetString()).ToList();
        await bench.Vendor.MutateAsync("contacts", new { update = new { ids, set = new Dictionary<string, object> { [OldBench.App] = "Pending Sync" } } });

        var answer = await bench.DoAsync("POST", "api/database/refresh?create_backup_first=true&clear_before_sync=true&use_fully_onboarded=true");

        var documented = JsonSerializer.Deserialize<JsonElement>(Refresh);
        OldBench.ShapeOf(answer).ShouldBe(OldBench.ShapeOf(documented), answer.ToString());
        for (var step = 0; step < 3; step++)
        {
            var (is_, was) = (answer.GetProperty("steps")[step], documented.GetProperty("steps")[step]);
            is_.GetProperty("step").GetString().ShouldBe(was.GetProperty("step").GetString());
            is_.GetProperty("status").GetString().ShouldBe(was.GetProperty("status").GetString());
            OldBench.ShapeOf(is_).ShouldBe(OldBench.ShapeOf(was), is_.ToString());
        }

        var (backup, clear, sync) = (answer.GetProperty("steps")[0].GetProperty("data"), answer.GetProperty("steps")[1].GetProperty("data"), answer.GetProperty("steps")[2].GetProperty("data"));
        backup.GetProperty("total_records").GetInt64().ShouldBe(ids.Count);
        backup.GetProperty("filepath").GetString()!.ShouldMatch(@"^backups/interpreter_backup_\d{8}_\d{6}(_\d+)?\.json$");
        clear.GetProperty("deleted_count").GetInt64().ShouldBe(ids.Count);
        sync.GetProperty("total_created").GetInt64().ShouldBe(ids.Count);
        sync.GetProperty("total_synced_to_zoho").GetInt64().ShouldBe(ids.Count);
        sync.GetProperty("id").GetString()!.ShouldMatch(@"^sync_\d{13}$");
        answer.GetProperty("summary").GetProperty("workflow_status").GetString().ShouldBe("completed");
        answer.GetProperty("summary").GetProperty("final_interpreter_count").GetInt64().ShouldBe(ids.Count);
    }

    /// <summary>The lines of the list that the script sends too.</summary>
    private static IEnumerable<(string Name, string Line)> Lines() =>
        File.ReadLines(Path.Combine(RepositoryRules.Root, "tests", "compat", "lines.txt")).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t') is [var name, var text] ? (name, text.Replace("curl ", "curl -s ", StringComparison.Ordinal)) : throw new FormatException(line));

    private static async Task<IReadOnlyDictionary<string, string>> VariablesAsync(OldBench bench, string line) => line switch
    {
        _ when line.Contains("$BACKUP", StringComparison.Ordinal) => Of("BACKUP", (await bench.DoAsync("GET", "api/backup/list")).GetProperty("backups")[0].GetProperty("filename")),
        _ when line.Contains("$SYNC", StringComparison.Ordinal) => Of("SYNC", (await bench.DoAsync("GET", "api/sync/history")).GetProperty("history")[0].GetProperty("id")),
        _ when line.Contains("$OPTY", StringComparison.Ordinal) => Of("OPTY", (await bench.DoAsync("GET", "api/opportunities?limit=1")).GetProperty("opportunities")[0].GetProperty("remote_id")),
        _ when line.Contains("$EMAIL", StringComparison.Ordinal) => Of("EMAIL", (await bench.DoAsync("GET", "api/interpreters")).GetProperty("interpreters")[0].GetProperty("email")),
        _ => new Dictionary<string, string>(),
    };

    private static Dictionary<string, string> Of(string name, JsonElement value) => new() { [name] = value.ToString() };
}
