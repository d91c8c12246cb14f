using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Sandbox;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>
/// A page of the docs that a test types: real commands in a real folder, with the stand-in for Stripe and a PostgreSQL database of their own. The page
/// has what they said, without what differs from one run of the test to the next.
/// </summary>
internal sealed partial class Transcript : IAsyncDisposable
{
    // As long as the one in its place, for the columns of a table.
    private const string AnyId = "TmdQ7iV3Pp8uLwXz2Kb";

    private readonly StringBuilder _page = new();
    private readonly TestFolder _folder = new();
    private readonly List<(string Found, string Shown)> _names = [];
    private readonly SandboxServer _sandbox;

    private Transcript(SandboxServer sandbox)
    {
        _sandbox = sandbox;
        Vendor = new(sandbox, "stripe");
        Show(DatabaseUrl, "postgres://me:password@127.0.0.1:5432/shop");
        Show(StripeAuthority, "127.0.0.1:8101");
        Show(_folder.Path, "/home/me");
        Show($"({Environment.UserName})", "(me)");
        Show($"host {Environment.MachineName},", "host night,");
    }

    public VendorControl Vendor { get; }

    public string Database { get; } = $"typed_{Guid.NewGuid():N}";

    public string DatabaseUrl => new UriBuilder(TestPostgres.Url) { Path = Database }.Uri.ToString();

    public string StripeAuthority => _sandbox.Vendors["stripe"].Authority;

    /// <summary>Whether the exit code of a command stands under what it says.</summary>
    public bool TellsCodes { get; init; }

    /// <summary>
    /// Whether readings go over what earlier ones have read, as far as the vendor's clock has it: how many records they find again is left out of
    /// the comparison.
    /// </summary>
    public bool ReadsAgain { get; init; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="tellsCodes">Whether the exit code of a command stands under what it says.</param>
    /// <param name="readsAgain">Whether counts are left out of the comparison that depend on the moment of a reading.</param>
    public static async Task<Transcript> StartAsync(bool tellsCodes = false, bool readsAgain = false)
    {
        var page = new Transcript(await SandboxServer.StartAsync(new() { Port = 0, Size = 100 }, Stop)) { TellsCodes = tellsCodes, ReadsAgain = readsAgain };
        await ServerAsync($"CREATE DATABASE {page.Database}");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        Vendor.Dispose();
        await _sandbox.DisposeAsync();
        await ServerAsync($"DROP DATABASE IF EXISTS {Database} WITH (FORCE)");
        _folder.Dispose();
    }

    /// <summary>The path of a file in the folder where the commands are typed.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Lets the page show something else in the place of a text.</summary>
    public void Show(string found, string shown) => _names.Add((found, shown));

    /// <summary>Words of the page's own.</summary>
    public void Tell(string text) => _page.Append(_page.Length == 0 ? "" : "\n").Append(text).Append('\n');

    /// <summary>A command that somebody else types, and of which the test does what it does.</summary>
    public void Note(string command) => _page.Append("\n```\n$ ").Append(Plain(command)).Append("\n```\n");

    /// <summary>Types a command; the page has it, and what it says, once it has ended.</summary>
    /// <param name="command">For bash. Of one that is heard, one program: its process is the one that is given.</param>
    /// <param name="heard">Hears each line as it comes.</param>
    public async Task TypeAsync(string command, Func<Process, string, Task>? heard = null) => Have(command, await SayAsync(command, heard));

    /// <summary>Types a command again and again until it says something; the page has the last time.</summary>
    public async Task TypeUntilAsync(string command, string text)
    {
        var said = await SayAsync(command);
        while (!said.Contains(text, StringComparison.Ordinal)) said = await SayAsync(command);
        Have(command, said);
    }

    private void Have(string command, string said) =>
        _page.Append("\n```\n$ ").Append(Plain(command)).Append('\n').Append(Plain(said).Trim('\n')).Append("\n```\n");

    private async Task<string> SayAsync(string command, Func<Process, string, Task>? heard = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1; {(heard is null ? "" : "exec ")}{command}"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{start.Environment["PATH"]}";
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("TIDEMARK_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            said.Append(line).Append('\n');
            if (heard is not null) await heard(process, line);
        }

        await process.WaitForExitAsync(Stop);
        if (TellsCodes) said.Append(CultureInfo.InvariantCulture, $"exit {process.ExitCode}\n");
        return said.ToString();
    }

    /// <summary>Compares the page with the one in the docs, whatever the width of its tables: a stream that takes ten seconds has a wider column.</summary>
    public void ShouldBeApproved(string name) => _page.ToString().ShouldBeApproved(Docs(name), Essence);

    /// <summary>Compares it with the beginning of the one in the docs, which has further chapters. Approves nothing.</summary>
    public void ShouldBeginApproved(string name)
    {
        var page = _page.ToString();
        var whole = ApprovedText.Read(Docs(name));
        var chapters = Chapters().Count(page);
        Essence(page).ShouldBe(Essence(whole[..(Chapters().Matches(whole)[chapters].Index + 1)]).TrimEnd() + "\n", $"{name} has another text");
    }

    private static string Docs(string name) => $"../../../../docs/{name}";

    private string Essence(string page) => Spaces().Replace(Lines().Replace(ReadsAgain ? WithoutCounts(page) : page, "─"), " ");

    /// <summary>A page without the columns, and the rows read back, that depend on how many records a reading has found again.</summary>
    private static string WithoutCounts(string page)
    {
        var lines = page.Split('\n');
        var kept = Array.Empty<bool>();
        for (var at = 0; at < lines.Length; at++)
        {
            var cells = Spaces().Split(lines[at].Trim());
            if (cells is ["stream", "table", "read", ..]) kept = [.. cells.Select(cell => cell is not ("read" or "unchanged" or "skipped" or "time"))];
            else if (lines[at].Length == 0) kept = [];
            if (cells.Length == kept.Length) lines[at] = string.Join("  ", cells.Where((_, cell) => kept[cell]));
        }

        return RowsReadBack().Replace(string.Join('\n', lines), "N rows read back");
    }

    private string Plain(string text)
    {
        foreach (var (found, shown) in _names) text = text.Replace(found, shown, StringComparison.Ordinal);
        text = RunId().Replace(text, "r-20261130-101530-0a1b2c");
        text = Pause().Replace(text, "$1 2 s");
        text = Duration().Replace(text, "0.4 s");
        text = Age().Replace(text, "(9 s ago)");
        text = Instant().Replace(text, "2026-11-30T10:15:30");
        text = UnixTime().Replace(text, "1796000000");
        text = Room().Replace(text, "81.5 GB");
        text = VendorId().Replace(text, id => $"{id.Groups[1]}_{AnyId[..Math.Min(id.Groups[2].Length, AnyId.Length)]}");
        text = ProcessId().Replace(text, "pid 4711");
        text = Session().Replace(text, "user me,");
        text = KeyId().Replace(text, "key 0a1b2c3d");
        // What a pipe hears while a run goes on is drawn otherwise on a terminal.
        var lines = text.Split('\n').Where(line => !Progress().IsMatch(line)).Select(line => line.TrimEnd()).ToList();
        // A wait that lasts is told again.
        return string.Join('\n', lines.Where((line, at) => at == 0 || line != lines[at - 1] || !line.Contains(": waits ", StringComparison.Ordinal)));
    }

    private static async Task ServerAsync(string sql)
    {
        await using var server = await TestPostgres.ConnectAsync("public", CancellationToken.None);
        await using var command = server.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    [GeneratedRegex(@"r-\d{8}-\d{6}-[0-9a-f]{6}", RegexOptions.None, 1000)]
    private static partial Regex RunId();

    [GeneratedRegex(@"\b(waits|Waiting|waited|waits,) [0-9.]+ s\b", RegexOptions.None, 1000)]
    private static partial Regex Pause();

    [GeneratedRegex(@"\d+\.\d s\b", RegexOptions.None, 1000)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\(\d+ (s|min) ago\)", RegexOptions.None, 1000)]
    private static partial Regex Age();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)?", RegexOptions.None, 1000)]
    private static partial Regex Instant();

    [GeneratedRegex(@"\b1[789]\d{8}\b", RegexOptions.None, 1000)]
    private static partial Regex UnixTime();

    [GeneratedRegex(@"[0-9.]+ GB", RegexOptions.None, 1000)]
    private static partial Regex Room();

    [GeneratedRegex(@"\b(cus|price|prod|req)_(\w+)", RegexOptions.None, 1000)]
    private static partial Regex VendorId();

    [GeneratedRegex(@"\bpid \d+", RegexOptions.None, 1000)]
    private static partial Regex ProcessId();

    [GeneratedRegex(@"\buser \w+,", RegexOptions.None, 1000)]
    private static partial Regex Session();

    [GeneratedRegex(@"\bkey [0-9a-f]{8}\b", RegexOptions.None, 1000)]
    private static partial Regex KeyId();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* .+: (reading|read [0-9]|read so far|goes on|checking both sides|\w+ done in)", RegexOptions.None, 1000)]
    private static partial Regex Progress();

    [GeneratedRegex(@"\b[0-9,]+ rows read back", RegexOptions.None, 1000)]
    private static partial Regex RowsReadBack();

    [GeneratedRegex("\n## ", RegexOptions.None, 1000)]
    private static partial Regex Chapters();

    [GeneratedRegex(" {2,}", RegexOptions.None, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex("─+", RegexOptions.None, 1000)]
    private static partial Regex Lines();
}
