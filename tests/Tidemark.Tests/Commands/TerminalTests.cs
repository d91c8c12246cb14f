using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Output;
using Tidemark.Sandbox;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>What the program draws on a real terminal, as <c>script</c> of util-linux makes one.</summary>
public sealed partial class TerminalTests : IAsyncLifetime
{
    private const string Pipeline = "支払い";

    private readonly CommandBench _bench = new();
    private SandboxServer _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Size = 300, Port = 0 }, CommandBench.Cancel);
        await _bench.SaveEndsAsync(_sandbox.Vendors["stripe"]);
        await _bench.DoAsync("source", "set", "crm", "--connector", "close", "api_key=api_tidemark", $"base_url={_sandbox.Vendors["close"]}",
            "allow_private_network=true", "requests_per_second=0");
        await _bench.DoAsync("pipeline", "set", Pipeline, "--source", "crm", "--destination", "db", "--streams", "leads,contacts,opportunities,users");
        using var control = new HttpClient { BaseAddress = _sandbox.Control };
        using var slow = new StringContent("""{"fault":"delay","milliseconds":250,"times":-1}""", Encoding.UTF8, "application/json");
        using var answer = await control.PostAsync(new Uri("faults/close", UriKind.Relative), slow, CommandBench.Cancel);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task A_sync_never_draws_wider_than_its_terminal(int width)
    {
        var drawn = await DrawAsync(width, new() { ["TERM"] = "xterm-256color" }, "sync", Pipeline, "--verbose");

        drawn.ShouldContain("reading");
        drawn.ShouldContain("succeeded");
        drawn.ShouldContain("\e[?25h", customMessage: "the cursor is given back");
        Lines(drawn).ShouldAllBe(line => Cells.Count(line) <= width);
    }

    [Fact]
    public async Task A_terminal_that_is_made_wider_and_narrower_meanwhile_has_no_line_broken_and_none_left_over()
    {
        const int Settles = 2; // Frames that may still be on their way in the width before.
        int[] widths = [80, 120, 60];
        var changes = new List<int> { 0 };
        var drawn = await DrawAsync(widths[0], new() { ["TERM"] = "xterm-256color" }, ["sync", Pipeline], async (terminal, frames) =>
        {
            if (changes.Count == widths.Length || frames < changes[^1] + Settles + 2) return;
            await ResizeAsync(terminal, widths[changes.Count]);
            changes.Add(frames);
        });

        drawn.ShouldContain("succeeded");
        var all = Frames(drawn);
        changes.Add(all.Count);
        for (var at = 0; at < widths.Length; at++)
        {
            var settled = all[(changes[at] + Settles)..changes[at + 1]];
            settled.ShouldNotBeEmpty($"at {widths[at]} columns");
            settled.ShouldAllBe(frame => frame.Lines.All(line => line <= widths[at]));
        }

        // What was drawn wider stands on more rows then, and the frame that takes its place begins at the first of them.
        foreach (var (frame, next) in all.Zip(all.Skip(1)))
            widths.ShouldContain(width => next.Up == frame.Lines.Sum(line => Math.Max(1, (line + width - 1) / width)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task No_list_is_wider_than_its_terminal(int width)
    {
        await _bench.DoAsync("sync", Pipeline, "--quiet");
        await _bench.DoAsync("backup", "create", Pipeline, "--quiet");
        foreach (var typed in new[] { "runs", "run show last", "status", "backup list", "streams crm leads", "connectors", "connectors close", "pipeline list" })
        {
            var drawn = Lines(await DrawAsync(width, new() { ["TERM"] = "xterm-256color" }, typed.Split(' '))).ToList();
            drawn.ShouldAllBe(line => Cells.Count(line) <= width, typed);
            drawn.ShouldNotBeEmpty(typed);
        }
    }

    [Fact]
    public async Task NO_COLOR_draws_without_colours_and_a_dumb_terminal_gets_lines()
    {
        var plain = await DrawAsync(80, new() { ["TERM"] = "xterm-256color", ["NO_COLOR"] = "1" }, "sync", Pipeline);
        var dumb = await DrawAsync(80, new() { ["TERM"] = "dumb" }, "sync", Pipeline);

        plain.ShouldContain("\e[?25l", customMessage: "it is drawn all the same");
        Colours().IsMatch(plain).ShouldBeFalse();
        dumb.ShouldNotContain('\e');
        dumb.ShouldContain("leads: reading");
    }

    private Task<string> DrawAsync(int width, Dictionary<string, string> environment, params string[] args) =>
        DrawAsync(width, environment, args, (_, _) => Task.CompletedTask);

    /// <param name="width">Columns of the terminal.</param>
    /// <param name="environment">Variables of the program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="onFrameAsync">Told the terminal's device and how many frames were drawn, whenever more was.</param>
    private async Task<string> DrawAsync(int width, Dictionary<string, string> environment, string[] args, Func<string, int, Task> onFrameAsync)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "tidemark");
        var command = string.Create(CultureInfo.InvariantCulture,
            $"tty; stty cols {width} rows 24; exec '{program}' {string.Join(' ', args.Select(arg => $"'{arg}'"))} --home '{_bench.Home}'");
        var start = new ProcessStartInfo("script", ["-qec", command, "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var device = (await process.StandardOutput.ReadLineAsync(CommandBench.Cancel))!;
        var drawn = new StringBuilder();
        var buffer = new char[4096];
        while (await process.StandardOutput.ReadAsync(buffer, CommandBench.Cancel) is > 0 and var count)
        {
            drawn.Append(buffer, 0, count);
            await onFrameAsync(device, Frames(drawn.ToString()).Count);
        }

        await process.WaitForExitAsync(CommandBench.Cancel);
        process.ExitCode.ShouldBe(0, drawn.ToString());
        return drawn.ToString();
    }

    private static async Task ResizeAsync(string terminal, int width)
    {
        using var stty = Process.Start("stty", ["-F", terminal, "cols", width.ToString(CultureInfo.InvariantCulture)]);
        await stty.WaitForExitAsync(CommandBench.Cancel);
        stty.ExitCode.ShouldBe(0);
    }

    /// <summary>What was redrawn, each time: how many rows it began above the cursor, and the cells of its lines.</summary>
    private static List<(int Up, List<int> Lines)> Frames(string drawn) =>
    [
        // A frame ends by clearing what is beneath it.
        .. drawn.Split("\e[J").SkipLast(1).Select(frame =>
        {
            var up = Upwards().Matches(frame).LastOrDefault();
            var lines = up is null ? frame : frame[(up.Index + up.Length)..];
            return (up is null ? 0 : int.Parse(up.Groups[1].Value, CultureInfo.InvariantCulture), Lines(lines).Select(Cells.Count).ToList());
        }),
    ];

    /// <summary>What was written between two line ends, without the sequences that steer the terminal.</summary>
    private static IEnumerable<string> Lines(string drawn) => Sequences().Replace(drawn, "").Split('\r', '\n').Where(line => line.Length > 0);

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]|\e\][^\a]*\a", RegexOptions.None, 1000)]
    private static partial Regex Sequences();

    [GeneratedRegex(@"\r\e\[(\d+)A", RegexOptions.None, 1000)]
    private static partial Regex Upwards();

    [GeneratedRegex(@"\e\[[0-9;]*3[0-9]|\e\[[0-9;]*[34]8;", RegexOptions.None, 1000)]
    private static partial Regex Colours();
}
