using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Sandbox;
using Tidemark.Tests.Connectors;
using Xunit;

namespace Tidemark.Tests.Wire;

/// <summary>
/// The first five minutes as a new user has them: real commands in a real folder, from an empty one to rows in PostgreSQL that are proven, changed
/// and undone. What they said is <c>docs/first-five-minutes.md</c>.
/// </summary>
public sealed partial class FirstMinutesTranscript : IAsyncLifetime
{
    private readonly StringBuilder _page = new();
    private readonly TestFolder _folder = new();
    private readonly string _database = $"first_{Guid.NewGuid():N}";
    private SandboxServer _sandbox = null!;
    private VendorControl _vendor = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string DatabaseUrl => new UriBuilder(TestPostgres.Url) { Path = _database }.Uri.ToString();

    private string StripeUrl => _sandbox.Vendors["stripe"].ToString().TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxServer.StartAsync(new() { Port = 0, Size = 100 }, Stop);
        _vendor = new VendorControl(_sandbox, "stripe");
        await ServerAsync($"CREATE DATABASE {_database}");
    }

    public async ValueTask DisposeAsync()
    {
        _vendor.Dispose();
        await _sandbox.DisposeAsync();
        await ServerAsync($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)");
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_five_minutes_are_as_the_docs_tell_them()
    {
        Tell("""
            # The first five minutes

            A test types these commands and compares what they say with this page, so that it is what you will see. Stripe is played by `tidemark sandbox`; with
            a key of your own, leave `STRIPE_URL` and `ALLOW_PRIVATE_NETWORK` out. `export PATH="$PWD/artifacts/publish/tidemark:$PATH"` after a
            [build](../README.md), or type `dotnet run --project src/Tidemark --` in the place of `tidemark`.

            ## A definition
            """);
        await TypeAsync("tidemark init stripe");
        await File.WriteAllTextAsync(_folder.File(".env"), $"""
            STRIPE_API_KEY=sk_test_tidemark
            STRIPE_URL={StripeUrl}
            ALLOW_PRIVATE_NETWORK=true
            DATABASE_URL={DatabaseUrl}

            """, Stop);
        Tell("Its variables come from the environment, or from a file `.env` beside it:");
        await TypeAsync("cat .env");
        await TypeAsync("tidemark apply -f tidemark.yaml");

        Tell("## Before anything is written");
        await TypeAsync("tidemark test payments");
        await TypeAsync("tidemark streams payments plans --preview 1");

        Tell("## The first sync, and only the changes after it");
        await TypeAsync("tidemark sync payments");
        Tell("At the vendor, seven customers change and one goes:");
        Note("""curl http://127.0.0.1:8100/mutate/stripe/customers -d '{"update":{"count":7},"delete":{"count":1}}'""");
        await _vendor.MutateAsync("customers", new { update = new { count = 7 }, delete = new { count = 1 } });
        await TypeAsync("tidemark sync payments customers");

        Tell("## Undo");
        await TypeAsync("tidemark run undo last");
        await TypeAsync("tidemark verify last");

        Tell("""
            ## Your own columns
            Names that are nearly right are refused. Of `email`, a hash alone is stored:
            """);
        var yaml = await File.ReadAllTextAsync(_folder.File("tidemark.yaml"), Stop);
        await WriteAsync("streams: [{ name: custmers, mask: { email: hash } }, { name: charges, columns: { id: id, amount: amout } }]");
        await TypeAsync("tail -1 tidemark.yaml");
        await TypeAsync("tidemark apply -f tidemark.yaml");
        await WriteAsync("streams: [{ name: customers, mask: { email: hash } }, { name: charges, columns: { id: id, amount: amount } }]");
        await TypeAsync("tidemark apply -f tidemark.yaml --dry-run");

        Tell("## Without a definition");
        await TypeAsync($"tidemark sync --from 'stripe+http://env:STRIPE_API_KEY@{_sandbox.Vendors["stripe"].Authority}?allow_private_network=true' --to sqlite:shop.db --streams plans,products");
        _page.ToString().ShouldBeApproved("../../../../docs/first-five-minutes.md", Unspaced);

        Task WriteAsync(string streams) => File.WriteAllTextAsync(
            _folder.File("tidemark.yaml"), string.Join('\n', yaml.Split('\n').Where(line => !line.StartsWith("    #", StringComparison.Ordinal))).TrimEnd() + $"\n    {streams}\n", Stop);
    }

    private void Tell(string text) => _page.Append(_page.Length == 0 ? "" : "\n").Append(text).Append('\n');

    private void Note(string command) => _page.Append("\n```\n$ ").Append(Plain(command)).Append("\n```\n");

    private async Task TypeAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1; {command}"])
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
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        _page.Append("\n```\n$ ").Append(Plain(command)).Append('\n').Append(Plain(output).Trim('\n')).Append("\n```\n");
    }

    /// <summary>The page whatever the width of its tables: a stream that takes ten seconds has a wider column.</summary>
    private static string Unspaced(string page) => Spaces().Replace(Lines().Replace(page, "─"), " ");

    /// <summary>The text without what differs from one run of the test to the next.</summary>
    private string Plain(string text)
    {
        text = text.Replace(DatabaseUrl, "postgres://me:password@127.0.0.1:5432/shop", StringComparison.Ordinal)
            .Replace(_sandbox.Vendors["stripe"].Authority, "127.0.0.1:8101", StringComparison.Ordinal)
            .Replace(_folder.Path, "/home/me", StringComparison.Ordinal);
        text = RunId().Replace(text, "r-20261130-101530-0a1b2c");
        text = Duration().Replace(text, "0.4 s");
        text = Instant().Replace(text, "2026-11-30T10:15:30");
        text = UnixTime().Replace(text, "1796000000");
        text = Room().Replace(text, "81.5 GB");
        text = VendorId().Replace(text, "$1_1TmdQ7");
        // What a pipe hears while a run goes on is drawn otherwise on a terminal.
        return string.Join('\n', text.Split('\n').Where(line => !Progress().IsMatch(line)).Select(line => line.TrimEnd()));
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

    [GeneratedRegex(@"\d+\.\d s\b", RegexOptions.None, 1000)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)?", RegexOptions.None, 1000)]
    private static partial Regex Instant();

    [GeneratedRegex(@"\b1[789]\d{8}\b", RegexOptions.None, 1000)]
    private static partial Regex UnixTime();

    [GeneratedRegex(@"[0-9.]+ GB", RegexOptions.None, 1000)]
    private static partial Regex Room();

    [GeneratedRegex(@"\b(cus|price|prod)_\w+", RegexOptions.None, 1000)]
    private static partial Regex VendorId();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* .+: (reading|read [0-9])", RegexOptions.None, 1000)]
    private static partial Regex Progress();

    [GeneratedRegex(" {2,}", RegexOptions.None, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex("─+", RegexOptions.None, 1000)]
    private static partial Regex Lines();
}
