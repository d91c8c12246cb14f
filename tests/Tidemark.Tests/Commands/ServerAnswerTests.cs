using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Tests.Alerts;
using Tidemark.Tests.Server;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>A verb says the same, as text and as JSON, and ends with the same code, whether it asks a home or the server of that home.</summary>
public sealed partial class ServerAnswerTests : IAsyncLifetime
{
    private ServerBench _server = null!;
    private CommandBench _bench = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerBench.StartAsync(customers: 20);
        await _server.SavePaymentsAsync();
        _bench = new() { Home = _server.File("home") };
        _bench.Variables["TIDEMARK_TOKEN"] = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter!;
        await _bench.DoAsync("sync", "payments");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Everything_that_can_be_looked_at_is_told_alike()
    {
        await QuarantineAsync();
        await _bench.DoAsync("channel", "set", "hook", "--connector", "webhook", "url=https://hook.example/x", $"secret={ChannelBench.Secret}");
        await _bench.DoAsync("alert", "set", "nightly", "--events", "failed", "--channels", "hook", "--quiet-hours", "22:00-07:00");
        await _bench.DoAsync("pipeline", "set", "payments", "--schedule", "30 2 * * *");
        await _bench.DoAsync("user", "invite", "anna@example.com", "--role", "viewer");
        await _bench.DoAsync("backup", "create", "payments");
        var backup = (await _bench.DoAsync("backup", "list", "--json")).Line.GetProperty("filename").GetString()!;

        await ShouldBeAlikeAsync(
            "audit --action user.", "source list", "source show shop", "destination list", "destination show db", "pipeline list", "pipeline show payments", "channel list", "channel show hook",
            "alert list", "alert show nightly", "runs", "runs --status failed", "run show last", "run logs last", "run rows last --limit 2", "run rows last --stream products", "run quarantine last",
            "verify last", "status", "status payments", "schedules", "inbox list", "proposal list", "quarantine list", "quarantine list payments --stream customers", "quarantine show 1", "backup list",
            $"backup verify {backup}", $"backup restore {backup} --dry-run", "connectors", "connectors stripe", "schema", "export", "streams shop", "streams shop customers", "streams payments customers --preview 2",
            "test", "token list", "user list", "session list", "backfill list", "alert deliveries", "sync payments --dry-run --quiet");
    }

    [Fact]
    public async Task What_is_refused_is_refused_alike()
    {
        await ShouldBeAlikeAsync(
            "run show nothing", "run approve last", "run cancel last", "run rows last --stream none", "source show none", "source set new", "source set new --connector none", "source set shop nonsense=1",
            "source set shop page_size=1000 api_kee=x", "source remove shop", "pipeline set new", "pipeline set payments --max-deleted-percent 101", "pipeline set payments --after payments",
            "pipeline set payments --schedule never", "pipeline pause none", "quarantine show 999", "quarantine discard 999", "quarantine retry 999", "quarantine retry --pipeline none", "backup verify none",
            "backup restore none", "backup create none", "streams none", "streams shop none", "token create x --role viewer --pipeline none", "token revoke none", "user reset none@example.com", "user set none@example.com --role viewer",
            "session revoke none", "test none", "connectors none", "proposal show p-1", "channel test none", "alert delivery msg_none", "alert set none --events failed --channels nowhere", "backfill show b-1",
            "inbox settle r-none --note x", "sync none", "sync payments none", "sync none db", "audit --since yesterdayish", "runs --pipeline none");
    }

    [Fact]
    public async Task Everything_that_can_be_changed_is_changed_alike()
    {
        await ShouldBeAlikeAsync(
            "source set NAME --connector stripe api_key=sk_test_x page_size=50", "source set NAME page_size= retries=2 --active false", "source set NAME retries=2", "source show NAME", "source remove NAME",
            "destination set NAME --connector sqlite path=/tmp/never", "destination set NAME --connector postgres url=postgres://u:p@h/d", "destination show NAME", "destination remove NAME",
            "pipeline set NAME --source shop --destination db --streams customers,charges --mode replace --schedule @daily --time-zone Europe/Berlin --deadline 26h --labels a,b --raw false --tables NAME_{stream}",
            "pipeline set NAME --streams all --schedule none --deadline none --max-deleted-percent 20 --undo-runs 3", "pipeline set NAME --time-zone UTC", "pipeline show NAME", "pipeline pause NAME", "pipeline resume NAME",
            "pipeline resume NAME", $"channel set NAME --connector webhook url=https://hook.example/x secret={ChannelBench.Secret}", "channel set NAME url=https://hook.example/y", "channel show NAME",
            "alert set NAME --events failed,late --channels NAME --quiet-hours 22:00-07:00 --time-zone Europe/Berlin --delay 30min", "alert set NAME --quiet-hours 23:00-06:00 --delay none --over 2", "alert set NAME --time-zone UTC",
            "alert show NAME", "alert remove NAME", "channel remove NAME", "pipeline remove NAME", "token create NAME --role operator --pipeline payments --expires 90d", "token revoke NAME",
            "user invite NAME@example.com --role operator --pipeline payments", "user reset NAME@example.com", "user set NAME@example.com --role viewer --all-pipelines --active false", "session revoke --user NAME@example.com",
            "user remove NAME@example.com", "run prune --keep-days 3000", "backup prune", "backup prune payments");
    }

    [Fact]
    public async Task P1_a_backup_is_made_and_brought_back_at_the_server_as_here()
    {
        await ShouldBeAlikeAsync("backup create payments", "backup create payments --format json");
        var backup = (await _bench.DoAsync("backup", "list", "--json")).Lines[0].GetProperty("filename").GetString()!;
        await ShouldBeAlikeAsync($"backup restore {backup} --exact --yes");
        await ExecuteAsync("DELETE FROM shop_products");

        (await ThereAsync("backup", "restore", backup, "--yes")).Output.ShouldContain("deleted.");

        (await CountAsync("shop_products")).ShouldBeGreaterThan(0);
        (await _bench.TypeAtTerminalAsync("n\n", "backup", "restore", backup, "--server", Address)).Code.ShouldBe(130, "a terminal is asked, and nobody has agreed");
    }

    [Fact]
    public async Task S2_5_records_in_quarantine_are_tried_again_and_given_up_at_the_server()
    {
        await QuarantineAsync();
        var ids = (await _bench.DoAsync("quarantine", "list", "--json")).Lines.Select(line => $"{line.GetProperty("id").GetInt64()}").ToList();
        (await ThereAsync("quarantine", "discard", ids[0], "--json")).ErrorCode.ShouldBe("quarantine.not_confirmed");
        (await ThereAsync("quarantine", "discard", ids[0], "--yes")).Output.ShouldContain("1 record is discarded.");
        var refused = await ThereAsync("quarantine", "retry", ids[1], "--json");
        refused.Code.ShouldBe(3, refused.ToString());
        refused.Lines[1].GetProperty("settled").GetBoolean().ShouldBeFalse();
        await ExecuteAsync("DROP TRIGGER rule");

        var settled = await ThereAsync("quarantine", "retry", "--pipeline", "payments", "--json");

        settled.Code.ShouldBe(0, settled.ToString());
        settled.Lines[1].GetProperty("settled").GetBoolean().ShouldBeTrue();
        (await ThereAsync("quarantine", "list")).Output.ShouldContain("No record is in quarantine.");
    }

    [Fact]
    public async Task P7_a_plan_is_saved_from_the_server_and_carried_out_there_as_it_was_seen()
    {
        await ServerBench.MutateAsync(_server, "stripe/customers", """{"update":{"count":3,"set":{"description":"new"}}}""");
        var (here, there) = (_server.File("here.jsonl"), _server.File("there.jsonl"));
        (await ThereAsync("sync", "payments", "--dry-run", "--save", there)).Output.ShouldContain($"Plan written to {there}");
        await _bench.DoAsync("sync", "payments", "--dry-run", "--save", here);
        Plain(await File.ReadAllTextAsync(there, CommandBench.Cancel)).ShouldBe(Plain(await File.ReadAllTextAsync(here, CommandBench.Cancel)), "line by line what the home writes");

        var carried = (await ThereAsync("apply", "--plan", there, "--json")).Line;
        carried.GetProperty("kind").GetString().ShouldBe("plan");
        carried.GetProperty("streams")[0].GetProperty("updated").GetInt64().ShouldBe(3);

        (await ThereAsync("apply", "--plan", there, "--json")).ShouldSatisfyAllConditions(again => again.Code.ShouldNotBe(0), again => again.Output.ShouldContain("plan.moved_on"));
        var run = carried.GetProperty("run").GetString();
        (await ServerBench.AskAsync(_server.Admin, HttpMethod.Get, $"runs/{run}/plan")).Answer.GetProperty("code").GetString().ShouldBe("plan.unknown");
        (await ServerBench.AskAsync(_server.Admin, HttpMethod.Post, "plans", new { pipeline = "payments", mode = "merge", made_at = "2026-01-01T00:00:00Z", plan = Array.Empty<int>() }))
            .Answer.GetProperty("code").GetString().ShouldBe("plan.unreadable");
    }

    [Fact]
    public async Task P11_a_change_keeps_the_secrets_that_it_does_not_name_and_refuses_what_is_no_key()
    {
        async Task<string?> CodeAsync(object change) => (await ServerBench.AskAsync(_server.Admin, HttpMethod.Patch, "sources/shop", change)).Answer.GetProperty("code").GetString();

        (await CodeAsync(new { actve = false })).ShouldBe("definition.unknown_key");
        (await CodeAsync(new { active = "perhaps" })).ShouldBe("definition.invalid_value");
        (await CodeAsync("[]")).ShouldBe("request.malformed");
        (await CodeAsync("""{"active":true,"active":false}""")).ShouldBe("request.malformed");
        (await CodeAsync("""{"settings":{"retries":{}}}""")).ShouldBe("definition.invalid_value");
        (await CodeAsync("""{"connector":null}""")).ShouldNotBe("server.defect");
        (await ServerBench.AskAsync(_server.Admin, HttpMethod.Patch, "pipelines/payments", """{"streams":[null]}""")).Answer.GetProperty("code").GetString().ShouldBe("definition.invalid_value");
        (await ServerBench.AskAsync(_server.Admin, HttpMethod.Patch, "alerts/new", """{"quiet":{"from":null},"schedules":1}""")).Answer.GetProperty("code").GetString().ShouldBe("definition.unknown_key");
        await _server.DoAsync(HttpMethod.Patch, "sources/shop", """{"settings":{"retries":3,"api_key":"<secret>"}}""");

        (await _bench.DoAsync("source", "show", "shop", "--json")).Line.GetProperty("settings").GetProperty("retries").GetString().ShouldBe("3");
        (await ThereAsync("sync", "payments")).Code.ShouldBe(0, "its key still opens the account");
        (await CodeAsync(new { connector = "close" })).ShouldBe("setting.missing", "another system gets no secret of this one");
    }

    private string Address => $"{_server.Admin.BaseAddress}";

    private Task<Answer> ThereAsync(params string[] args) => _bench.RunAsync([.. args, "--server", Address]);

    /// <summary>Each verb asks the home and the server, in this order; what it makes has a name of its own each time.</summary>
    private async Task ShouldBeAlikeAsync(params string[] lines)
    {
        var unlike = new List<string>();
        foreach (var line in lines.SelectMany(line => new[] { line, $"{line} --json" }))
        {
            var (here, there) = (await _bench.RunAsync(Typed("nearby")), await ThereAsync(Typed("afield")));
            if ((here.Code, Plain(here.Output), Plain(here.Error)) != (there.Code, Plain(there.Output), Plain(there.Error))) unlike.Add($"{line}\nhere: {here}\nthere: {there}");

            string[] Typed(string name) => line.Replace("NAME", line.EndsWith("--json", StringComparison.Ordinal) ? $"{name}s" : name, StringComparison.Ordinal).Split(' ');
        }

        unlike.ShouldBeEmpty();
    }

    /// <summary>Without what no two runs have in common, and without who asked.</summary>
    private static string Plain(string text) => Alone().Replace(text.Replace("afield", "nearby", StringComparison.Ordinal), "…");

    [GeneratedRegex(
        @"(r-)?\b\d{8}-\d{6}(-[0-9a-f]{6})?\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?Z|[+-]\d\d:\d\d)?|\d{8}_\d{6}(_\d+)?|\b\d+\.\d s\b|\d+ s ago|""(seconds|age)"":[\d.]+"
        + @"|""(trigger|actor)"":""[^""]*""|(command|api) \([^)]*\)|""last_used_at"":""[^""]*"",?|tdm_[\w-]+|""id"":""\w{8}""|localhost:\d+/setup[^""\s]+|""(file_)?size_bytes"":\d+|""file_digest"":""\w+""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Alone();

    /// <summary>The application has a rule of its own, which two changed records break.</summary>
    private async Task QuarantineAsync()
    {
        await ExecuteAsync("CREATE TRIGGER rule BEFORE UPDATE ON shop_customers BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        await ServerBench.MutateAsync(_server, "stripe/customers", """{"update":{"count":2,"set":{"description":"new"}}}""");
        (await _bench.RunAsync("sync", "payments")).Code.ShouldBe(3);
    }

    private async Task<long> CountAsync(string table) => (long)(await ExecuteAsync($"SELECT count(*) FROM {table}"))!;

    private async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_server.File("db.sqlite")};Pooling=False");
        await connection.OpenAsync(CommandBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(CommandBench.Cancel);
    }
}
