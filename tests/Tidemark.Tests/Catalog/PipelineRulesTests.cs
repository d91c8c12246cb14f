using Shouldly;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Records;
using Tidemark.Tests.Commands;
using Xunit;

namespace Tidemark.Tests.Catalog;

/// <summary>No door saves what another refuses: a file in YAML or JSON, options of the command line, a record of a program.</summary>
public sealed class PipelineRulesTests : IDisposable
{
    private const string Ends = """
        sources:
          - { name: shop, connector: shop, settings: { api_key: x } }
        destinations:
          - { name: db, connector: shelf, settings: { url: x } }
        pipelines:

        """;

    private static readonly PipelineDefinition Good = new("p", "shop", "db");

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["share over 100"] = new("max_deleted_percent: 101", Good with { MaxDeletedPercent = 101 }, "definition.invalid_value", "--max-deleted-percent=101"),
        ["share under 0"] = new("max_deleted_percent: -1", Good with { MaxDeletedPercent = -1 }, "definition.invalid_value", "--max-deleted-percent=-1"),
        ["share that is no number"] = new("max_deleted_percent: NaN", Good with { MaxDeletedPercent = double.NaN }, "definition.invalid_value", "--max-deleted-percent=NaN"),
        ["share updated"] = new("max_updated_percent: 100.5", Good with { MaxUpdatedPercent = 100.5 }, "definition.invalid_value", "--max-updated-percent=100.5"),
        ["share quarantined"] = new("max_quarantined_percent: 200", Good with { MaxQuarantinedPercent = 200 }, "definition.invalid_value", "--max-quarantined-percent=200"),
        ["rows under 0"] = new("max_deleted_rows: -1", Good with { MaxDeletedRows = -1 }, "definition.invalid_value", "--max-deleted-rows=-1"),
        ["quarantined under 0"] = new("max_quarantined_rows: -3", Good with { MaxQuarantinedRows = -3 }, "definition.invalid_value", "--max-quarantined-rows=-3"),
        ["too many runs to undo"] = new("undo_runs: 1001", Good with { UndoRuns = 1001 }, "definition.invalid_value", "--undo-runs=1001"),
        ["runs to undo under 0"] = new("undo_runs: -1", Good with { UndoRuns = -1 }, "definition.invalid_value", "--undo-runs=-1"),
        ["placeholder"] = new("tables: \"{table}_{stream}\"", Good with { Tables = "{table}_{stream}" }, "definition.invalid_value", "--tables={table}_{stream}"),
        ["one table for all"] = new("tables: things", Good with { Tables = "things" }, "definition.invalid_value", "--tables=things"),
        ["no table"] = new("tables: \"\"", Good with { Tables = "" }, "definition.invalid_value", "--tables="),
        ["Tidemark's table"] = new("tables: \"_tidemark_{stream}\"", Good with { Tables = "_tidemark_{stream}" }, "table.invalid_name", "--tables=_tidemark_{stream}"),
        ["stream twice"] = new("streams: [a, a]", Good with { Streams = ["a", "a"] }, "definition.duplicate", "--streams=a,a"),
        ["stream with a line break"] = new("streams: [\"a\\nb\"]", Good with { Streams = ["a\nb"] }, "definition.name_invalid", "--streams=a\nb"),
        ["two streams, one table"] = new("streams: [a, A]", Good with { Streams = ["a", "A"] }, "table.not_unique", "--streams=a,A"),
        ["no source"] = new("source:", Good with { Source = "" }, "definition.key_missing", "--source="),
        ["unknown source"] = new("source: shopp", Good with { Source = "shopp" }, "source.unknown", "--source=shopp"),
        ["unknown destination"] = new("destination: dbb", Good with { Destination = "dbb" }, "destination.unknown", "--destination=dbb"),
        ["name with spaces"] = new("name: \" p\"", Good with { Name = " p" }, "definition.name_invalid", "name= p"),
        ["name without end"] = new($"name: {Long(201)}", Good with { Name = Long(201) }, "definition.name_invalid", $"name={Long(201)}"),
        ["refresh of a stream"] = Shaped("mode: refresh", new("s") { Mode = WriteMode.Refresh }, "definition.invalid_value"),
        ["time limit over a day"] = Shaped("time_limit: 86401", new("s") { TimeLimit = TimeSpan.FromSeconds(86_401) }, "definition.invalid_value"),
        ["time limit under 0"] = Shaped("time_limit: -5", new("s") { TimeLimit = TimeSpan.FromSeconds(-5) }, "definition.invalid_value"),
        ["written at, in a column of Tidemark's"] = Shaped("synced_at: _hash", new("s") { SyncedAt = "_hash" }, "column.reserved"),
        ["written at, in the same in capitals"] = Shaped("synced_at: RAW", new("s") { SyncedAt = "RAW" }, "column.reserved"),
        ["written at, nowhere"] = Shaped("synced_at: \"\"", new("s") { SyncedAt = "" }, "column.invalid_name"),
        ["Tidemark's column"] = Shaped("columns: { _Run: id }", new("s") { Columns = [new("_Run") { From = "id" }] }, "column.reserved"),
        ["column of the last write"] = Shaped(
            "synced_at: at, columns: { At: id }", new("s") { SyncedAt = "at", Columns = [new("At") { From = "id" }] }, "column.reserved"),
        ["columns but for the case"] = Shaped("columns: { id: id, Id: name }",
            new("s") { Columns = [new("id") { From = "id" }, new("Id") { From = "name" }] }, "column.not_unique"),
        ["column of 64 letters"] = Shaped($"columns: {{ {Long(64)}: id }}", new("s") { Columns = [new(Long(64)) { From = "id" }] }, "column.invalid_name"),
        ["value and from"] = Shaped("columns: { a: { value: x, from: b } }",
            new("s") { Columns = [new("a") { Value = "x", From = "b" }] }, "column.invalid_rule"),
        ["when without owner"] = Shaped("columns: { a: { when: { b: [c] } } }",
            new("s") { Columns = [new("a") { When = [new("b", ["c"])] }] }, "column.invalid_rule"),
        ["when of nothing"] = Shaped("columns: { a: { owner: app, when: { b: [] } } }",
            new("s") { Columns = [new("a") { Owner = ColumnOwner.App, When = [new("b", [])] }] }, "definition.invalid_value"),
        ["mark in a column of Tidemark's"] = Shaped(
            "deletes: { column: _synced_at }", new("s") { Deletes = DeletePolicy.Marking("_synced_at") }, "column.reserved"),
        ["mark in no column"] = Shaped("deletes: { value: x }", new("s") { Deletes = DeletePolicy.Marking("", "x") }, "definition.key_missing"),
        ["mark of all in a column of Tidemark's"] = new(
            "deletes: { column: _op }", Good with { Deletes = DeletePolicy.Marking("_op") }, "column.reserved"),
        ["reference of no column"] = Shaped("columns: { a: a }, references: { b: t }",
            new("s") { Columns = [new("a") { From = "a" }], References = Map("b", "t") }, "column.unknown"),
        ["reference to no table"] = Shaped("references: { b: }", new("s") { References = Map("b", "") }, "definition.invalid_value"),
        ["nothing written back"] = Shaped("write_back: { set: {} }", new("s") { WriteBack = new(Map()) }, "definition.invalid_value"),
        ["stream's own table of Tidemark's"] = Shaped("table: _tidemark_undo", new("s") { Table = "_tidemark_undo" }, "table.invalid_name"),
        ["backups kept for less than no days"] = new("backup: { keep_days: -1 }", Good with { Backup = new() { KeepDays = -1 } }, "definition.invalid_value"),
        ["less than no backups"] = new("backup: { keep: -1 }", Good with { Backup = new() { Keep = -1 } }, "definition.invalid_value"),
        ["backups for ever and a day"] = new("backup: { keep_days: 36501 }", Good with { Backup = new() { KeepDays = 36_501 } }, "definition.invalid_value"),
        ["backup with a path"] = new("backup: { name: a/b }", Good with { Backup = new() { Name = "a/b" } }, "definition.invalid_value"),
        ["backup in no folder"] = new("backup: { folder: \"\" }", Good with { Backup = new() { Folder = "" } }, "definition.invalid_value"),
        ["backup to nowhere"] = new("backup: { upload: vault }", Good with { Backup = new() { Upload = "vault" } }, "destination.unknown"),
        ["cron that is none"] = new("schedules: \"0 25 * * *\"", Good with { Schedules = [new("0 25 * * *")] }, "definition.invalid_value", "--schedule=0 25 * * *"),
        ["cron with seconds"] = new("schedules: [{ cron: 0 0 2 * * * }]", Good with { Schedules = [new("0 0 2 * * *")] }, "definition.invalid_value", "--schedule=0 0 2 * * *"),
        ["no cron"] = new("schedules: { run: backup }", Good with { Schedules = [new("") { Run = ScheduledWork.Backup }] }, "definition.key_missing"),
        ["time zone that is none"] = new("schedules: { cron: \"@daily\", time_zone: Europe/Berlyn }",
            Good with { Schedules = [new("@daily") { TimeZone = "Europe/Berlyn" }] }, "definition.invalid_value"),
        ["schedule twice"] = new("schedules: [\"@daily\", \"0  0 * * *\"]", Good with { Schedules = [new("@daily"), new("0  0 * * *")] }, "definition.duplicate"),
        ["after nothing"] = new("after: [\"\"]", Good with { After = [""] }, "definition.invalid_value"),
        ["after a pipeline that is not there"] = new("after: orders", Good with { After = ["orders"] }, "pipeline.unknown", "--after=orders"),
        ["after itself"] = new("after: [p]", Good with { After = ["p"] }, "definition.circle", "--after=p"),
        ["deadline without a unit"] = new("deadline: 26", Good with { Deadline = "26" }, "definition.invalid_value", "--deadline=26"),
        ["deadline of centuries"] = new("deadline: 99999d", Good with { Deadline = "99999d" }, "definition.invalid_value", "--deadline=99999d"),
        ["deadline of no time"] = new("deadline: 0h", Good with { Deadline = "0h" }, "definition.invalid_value", "--deadline=0h"),
    };

    private readonly TestHome _home = new SqliteHome();

    public static TheoryData<string> Names => [.. Cases.Keys];

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_door_refuses_the_same_with_the_same_code(string name)
    {
        var wrong = Cases[name];
        var catalog = await _home.DefinitionsAsync();
        var file = new DefinitionFile(catalog, _ => null);
        var yaml = Yaml(wrong.Keys);

        (await RefusedAsync(() => file.ApplyAsync(yaml, TestHome.Cancelled))).ShouldBe([wrong.Code], yaml);
        (await RefusedAsync(() => file.ApplyAsync(DefinitionJsonTests.JsonOf(yaml).ToJsonString(), TestHome.Cancelled))).ShouldBe([wrong.Code]);
        await file.ApplyAsync(Yaml("mode: merge"), TestHome.Cancelled);
        (await RefusedAsync(() => catalog.Pipelines.SaveAsync(wrong.Record, TestHome.Cancelled))).ShouldBe([wrong.Code]);
        if (wrong.Option is not null) (await TypedAsync(wrong.Option)).ShouldBe([wrong.Code]);
    }

    [Fact]
    public async Task The_command_line_names_the_option_and_saves_nothing()
    {
        using var bench = new CommandBench();
        await bench.SaveEndsAsync(new("http://127.0.0.1:9/"));

        var answer = await bench.RunAsync("pipeline", "set", "p", "--source", "shop", "--destination", "db", "--max-deleted-percent", "101");

        answer.Code.ShouldBe(2);
        answer.Error.ShouldContain("in --max-deleted-percent");
        answer.Error.ShouldContain("from 0 to 100");
        (await bench.DoAsync("pipeline", "list", "--json")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Streams_with_columns_of_their_own_are_not_lost_by_leaving_them_out_of_the_list()
    {
        var catalog = await _home.DefinitionsAsync();
        await new DefinitionFile(catalog, _ => null).ApplyAsync(Yaml("streams: [{ name: s, columns: { a: a } }]"), TestHome.Cancelled);
        var saved = await catalog.Pipelines.FindAsync("p", TestHome.Cancelled);

        (await RefusedAsync(() => catalog.Pipelines.SaveAsync(saved with { Streams = [] }, TestHome.Cancelled)))
            .ShouldBe(["definition.stream_unlisted"]);
    }

    [Fact]
    public async Task All_mistakes_are_reported_at_once_each_with_its_key()
    {
        var catalog = await _home.DefinitionsAsync();
        await DefinitionSetTests.SaveEndsAsync(catalog);
        var wrong = new PipelineDefinition("p", "shop", "shelf")
        {
            MaxDeletedPercent = 200,
            Streams = ["a/b", "c"],
            Shapes = [new("a/b") { Columns = [new("x~y") { Owner = (ColumnOwner)9 }] }],
            Backup = new BackupPolicy { Keep = -1 },
        };

        wrong.Mistakes().Select(mistake => mistake.Key).ShouldBe(
            ["max_deleted_percent", "streams/0/columns/x~0y/owner", "backup/keep"], ignoreOrder: true);
        var refused = await Should.ThrowAsync<TidemarkException>(() => catalog.Pipelines.SaveAsync(wrong, TestHome.Cancelled));
        refused.Kind.ShouldBe(FailureKind.Usage);
        refused.Problems.Select(problem => problem.Subject).ShouldBe(
            ["pipeline \"p\"", "pipeline \"p\", stream \"a/b\", column x~y", "pipeline \"p\", backup"], ignoreOrder: true);
    }

    private static Case Shaped(string yaml, StreamShape shape, string code) =>
        new($"streams: [{{ name: s, {yaml} }}]", Good with { Streams = ["s"], Shapes = [shape] }, code);

    private static string Long(int letters) => new('n', letters);

    private static Dictionary<string, string> Map(params string[] pair) => pair is [var key, var value] ? new() { [key] = value } : [];

    /// <summary>A file with the good pipeline, of which some keys are others.</summary>
    private static string Yaml(string keys)
    {
        string[] good = ["name: p", "source: shop", "destination: db"];
        var given = good.Where(key => !keys.StartsWith(key[..(key.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal));
        return $"{Ends}  - {{ {string.Join(", ", given.Append(keys))} }}";
    }

    private static async Task<string[]> RefusedAsync(Func<Task> save)
    {
        var wrong = await Should.ThrowAsync<TidemarkException>(save);
        return wrong.Problems.Count == 0 ? [wrong.Code] : [.. wrong.Problems.Select(problem => problem.Code)];
    }

    private static async Task<string[]> TypedAsync(string option)
    {
        using var bench = new CommandBench();
        await bench.SaveEndsAsync(new("http://127.0.0.1:9/"));
        var name = option.StartsWith("name=", StringComparison.Ordinal) ? option["name=".Length..] : "p";
        string[] given = name != "p" ? [] : option.EndsWith('=') ? [option[..^1], ""] : [option];
        var ends = new[] { "--source=shop", "--destination=db" }.Where(end => !option.StartsWith(end[..(end.IndexOf('=') + 1)], StringComparison.Ordinal));

        var answer = await bench.RunAsync(["pipeline", "set", name, .. ends, .. given, "--json"]);

        answer.Code.ShouldBe(2, answer.ToString());
        var problems = answer.Line.GetProperty("error").GetProperty("problems").EnumerateArray().ToList();
        return problems.Count == 0 ? [answer.ErrorCode!] : [.. problems.Select(problem => problem.GetProperty("code").GetString()!)];
    }

    /// <summary>One mistake, as each door has it.</summary>
    private sealed record Case(string Keys, PipelineDefinition Record, string Code, string? Option = null);
}
