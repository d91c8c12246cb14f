using System.Diagnostics;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What <c>apply</c> takes for a file: JSON as well, and nothing without end.</summary>
public sealed class ApplyFileTests : IDisposable
{
    private const string Json = """
        {
          "sources": [{ "name": "shop", "connector": "stripe", "settings": { "api_key": "sk_test_tidemark", "page_size": 50 } }],
          "destinations": [{ "name": "db", "connector": "sqlite", "settings": { "path": "data.db" } }],
          "pipelines": [{ "name": "p", "source": "shop", "destination": "db", "raw": false }]
        }
        """;

    private readonly CommandBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_JSON_file_is_applied()
    {
        var file = _bench.File("definitions.json");
        await File.WriteAllTextAsync(file, Json, CommandBench.Cancel);

        (await _bench.DoAsync("apply", "-f", file, "--json")).Lines.Count.ShouldBe(3);

        (await _bench.DoAsync("pipeline", "show", "p", "--json")).Line.GetProperty("raw").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Variables_are_read_from_the_env_file_beside_the_definitions_and_those_of_the_environment_go_first()
    {
        Directory.CreateDirectory(_bench.File("there"));
        await File.WriteAllTextAsync(_bench.File("there/.env"), "SHOP_NAME=shop\nDATABASE_FILE=beside.db\n", CommandBench.Cancel);
        await File.WriteAllTextAsync(_bench.File("there/definitions.json"), Json.Replace("data.db", "${DATABASE_FILE}", StringComparison.Ordinal), CommandBench.Cancel);

        await _bench.DoAsync("apply", "-f", _bench.File("there/definitions.json"));
        (await _bench.DoAsync("destination", "show", "db")).Output.ShouldContain("beside.db");

        _bench.Variables["DATABASE_FILE"] = "environment.db";
        await _bench.DoAsync("apply", "-f", _bench.File("there/definitions.json"));
        (await _bench.DoAsync("destination", "show", "db")).Output.ShouldContain("environment.db");
    }

    [Fact]
    public async Task A_device_without_end_is_refused()
    {
        var applied = await _bench.RunAsync("apply", "-f", "/dev/zero", "--json");
        var set = await _bench.RunAsync("source", "set", "s", "--connector", "stripe", "api_key=@/dev/zero", "--json");

        (applied.Code, applied.ErrorCode).ShouldBe((ExitCode.Configuration, "definitions.too_large"));
        (set.Code, set.ErrorCode).ShouldBe((ExitCode.Usage, "setting.unreadable"));
    }

    [Fact]
    public async Task What_comes_through_a_pipe_is_applied()
    {
        var pipe = await PipeAsync();
        var writes = Task.Run(() => File.WriteAllTextAsync(pipe, Json, CommandBench.Cancel), CommandBench.Cancel);

        (await _bench.DoAsync("apply", "-f", pipe, "--json")).Lines.Count.ShouldBe(3);

        await writes;
    }

    [Fact]
    public async Task Waiting_for_a_pipe_that_nobody_writes_can_be_stopped()
    {
        var pipe = await PipeAsync();
        using var output = new StringWriter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(CommandBench.Cancel);
        var terminal = new Terminal(TextReader.Null, output, output, _ => null);

        var waits = TidemarkCommand.InvokeAsync(["apply", "-f", pipe, "--home", _bench.Home], terminal, TimeProvider.System, stop.Token);
        await stop.CancelAsync();

        (await waits).ShouldBe(ExitCode.Cancelled);
        await using var release = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
    }

    private async Task<string> PipeAsync()
    {
        var pipe = _bench.File("pipe");
        using var made = Process.Start("mkfifo", [pipe]);
        await made.WaitForExitAsync(CommandBench.Cancel);
        return pipe;
    }
}
