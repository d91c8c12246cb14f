using System.Diagnostics;
using System.Runtime.Versioning;
using Shouldly;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Records;
using Tidemark.Engine.Runs;
using Tidemark.Tests.Commands;
using Tidemark.Tests.Crash;
using Xunit;

namespace Tidemark.Tests.Destinations;

/// <summary>W10: the file of a SQLite destination is one, can be written, and stays where it is while a run writes it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SqliteFileTests : IAsyncDisposable
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SqliteWorkbench _bench = new();
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("deleted", WriteMode.Merge)]
    [InlineData("deleted", WriteMode.Replace)]
    [InlineData("renamed", WriteMode.Merge)]
    [InlineData("renamed", WriteMode.Replace)]
    [InlineData("replaced", WriteMode.Merge)]
    [InlineData("replaced", WriteMode.Replace)]
    public async Task W10_a_file_that_is_taken_away_in_mid_run_fails_the_run_and_proves_nothing(string how, WriteMode mode)
    {
        await _bench.MergeAsync(Source(1));
        var source = Source(4);
        source.BeforePage = page => Task.Run(() =>
        {
            if (page == 2) TakeAway(how);
        }, Stop);

        var run = await _bench.RunAsync(source, mode, Stop);

        run.Status.ShouldBe(RunStatus.Failed);
        run.Problems.ShouldAllBe(problem => problem.Code == "sqlite.file_gone");
        run.Streams.ShouldAllBe(stream => stream.Receipt == null);
    }

    [Theory]
    [InlineData("text", "sqlite.not_a_database")]
    [InlineData("folder", "sqlite.not_a_file")]
    [InlineData("pipe", "sqlite.not_a_file")]
    [InlineData("device", "sqlite.not_a_file")]
    [InlineData("no folder", "sqlite.cannot_open")]
    public async Task W10_what_is_no_database_is_one_clear_error_at_the_test_and_at_the_run(string what, string code)
    {
        var path = _folder.File("data.db");
        switch (what)
        {
            case "text": await File.WriteAllTextAsync(path, "a letter to somebody", Stop); break;
            case "folder": Directory.CreateDirectory(path); break;
            case "pipe":
                using (var made = Process.Start("mkfifo", [path])) await made.WaitForExitAsync(Stop);
                break;
            case "device": path = "/dev/zero"; break;
            default: path = _folder.File("nowhere/data.db"); break;
        }

        using var bench = new CommandBench();
        await bench.DoAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_tidemark");
        await bench.DoAsync("destination", "set", "d", "--connector", "sqlite", $"path={path}");
        var test = await bench.RunAsync("test", "d", "--json");
        var sync = await bench.RunAsync("backup", "create", "s:d", "--json");

        test.Code.ShouldNotBe(0);
        test.Line.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("code").GetString()).ShouldBe([code]);
        sync.ToString().ShouldContain(code);
        sync.ToString().ShouldNotContain("defect");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task W10_a_file_or_folder_that_is_read_only_is_told_at_the_test_and_at_the_run(bool isFolder)
    {
        var program = new TidemarkProgram(_folder.File("home"));
        var folder = Directory.CreateDirectory(_folder.File("data"));
        var path = Path.Combine(folder.FullName, "data.db");
        (await program.RunAsync("source", "set", "s", "--connector", "stripe", "api_key=sk_test_tidemark")).ShouldBe(0);
        (await program.RunAsync("destination", "set", "d", "--connector", "sqlite", $"path={path}")).ShouldBe(0);
        if (!isFolder) (await program.RunAsync("test", "d")).ShouldBe(0);
        if (isFolder) folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        else File.SetUnixFileMode(path, UnixFileMode.UserRead);

        foreach (var arguments in new string[][] { ["test", "d", "--json"], ["backup", "create", "s:d", "--json"] })
        {
            using var process = program.StartBoundByModes(arguments);
            var said = await process.StandardOutput.ReadToEndAsync(Stop) + await process.StandardError.ReadToEndAsync(Stop);
            await process.WaitForExitAsync(Stop);
            said.ShouldContain("sqlite.read_only");
            said.ShouldNotContain("defect");
        }

        folder.UnixFileMode |= UnixFileMode.UserWrite;
    }

    [Fact]
    public async Task H1_a_file_that_is_made_is_for_its_owner_alone_and_one_that_is_there_keeps_its_mode()
    {
        await _bench.MergeAsync(Source(1));
        File.GetUnixFileMode(_bench.File).ShouldBe(OwnerAlone);

        File.SetUnixFileMode(_bench.File, OwnerAlone | UnixFileMode.GroupRead);
        await _bench.MergeAsync(Source(1));
        File.GetUnixFileMode(_bench.File).ShouldBe(OwnerAlone | UnixFileMode.GroupRead);
    }

    private void TakeAway(string how)
    {
        var other = _bench.File + ".other";
        switch (how)
        {
            case "deleted": File.Delete(_bench.File); break;
            case "renamed": File.Move(_bench.File, other); break;
            default:
                File.Copy(_bench.File, other);
                File.Move(other, _bench.File, overwrite: true);
                break;
        }
    }

    private static ScriptedSource Source(int pages) => new ScriptedSource(
        new StreamSchema("people", [new("id", FieldType.Text), new("name", FieldType.Text)]))
        .With("people", [.. Enumerable.Range(0, pages).Select(page =>
            Enumerable.Range(0, 5).Select(at => $$"""{"id":"p{{(page * 5) + at}}","name":"n"}""").ToArray())]);
}
