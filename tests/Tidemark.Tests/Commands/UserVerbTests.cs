using Shouldly;
using Tidemark.Engine;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

public sealed class UserVerbTests : IDisposable
{
    private readonly CommandBench _bench = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _bench.Dispose();
    }

    [Fact]
    public async Task P11_a_link_is_shown_once_and_leads_to_where_the_settings_say()
    {
        var invited = await _bench.DoAsync("user", "invite", "Anna@example.com", "--role", "admin");
        _bench.Variables["TIDEMARK_PUBLIC_ADDRESS"] = "https://sync.example.com";
        var reset = (await _bench.DoAsync("user", "reset", "anna@example.com", "--json")).Line;

        invited.Output.ShouldStartWith("http://localhost:8000/setup?token=tdl_");
        invited.Output.ShouldContain("anna@example.com sets a password there");
        reset.GetProperty("link").GetString()!.ShouldStartWith("https://sync.example.com/setup?token=tdl_");
        foreach (var verb in new[] { "user", "audit" })
            (await _bench.DoAsync(verb == "user" ? ["user", "list", "--json"] : ["audit", "--json"])).Output.ShouldNotContain("tdl_");
    }

    [Fact]
    public async Task P11_a_server_without_users_shows_one_line_with_a_link_and_one_with_users_none()
    {
        var first = await ServeAsync();
        var lines = first.Split('\n').Where(line => line.Contains("tdl_", StringComparison.Ordinal)).ToList();
        lines.ShouldHaveSingleItem().ShouldMatch("^Nobody can log in yet. Become the administrator within an hour: http://localhost:[0-9]+/setup[?]token=tdl_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\\s*$");

        await _bench.DoAsync("user", "invite", "anna@example.com", "--role", "admin");
        (await ServeAsync()).ShouldNotContain("tdl_");
    }

    /// <summary>What a server says until it waits for Ctrl-C.</summary>
    private async Task<string> ServeAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(CommandBench.Cancel);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var terminal = new Terminal(() => TextReader.Null, TextWriter.Synchronized(output), error, _ => null, new(false, false, false));
        var serving = TidemarkCommand.InvokeAsync(["serve", "--port", "0", "--home", _bench.Home], terminal, TimeProvider.System, stop.Token);
        while (!$"{output}".Contains("Ctrl-C stops it.", StringComparison.Ordinal) && !serving.IsCompleted) await Task.Delay(20, CommandBench.Cancel);
        await stop.CancelAsync();
        await serving;
        return $"{output}{error}";
    }

    [Fact]
    public async Task Users_are_changed_listed_and_removed_and_what_cannot_be_is_told()
    {
        await _bench.DoAsync("user", "invite", "anna@example.com", "--role", "operator", "--name", "Anna");
        await _bench.DoAsync("user", "set", "ANNA@example.com", "--role", "viewer", "--active", "false");

        var listed = (await _bench.DoAsync("user", "list", "--json")).Line;
        (listed.GetProperty("name").GetString(), listed.GetProperty("role").GetString(), listed.GetProperty("active").GetBoolean()).ShouldBe(("Anna", "viewer", false));
        (await _bench.DoAsync("user", "list")).Output.ShouldContain("inactive");
        var unknown = await _bench.RunAsync("user", "set", "ana@example.com", "--role", "viewer", "--json");
        (unknown.Code, unknown.ErrorCode).ShouldBe((ExitCode.Usage, "user.unknown"));
        unknown.Error.ShouldContain("Did you mean anna@example.com?");
        (await _bench.RunAsync("user", "invite", "ben@example.com", "--role", "metrics")).Code.ShouldBe(ExitCode.Usage);
        await _bench.DoAsync("user", "remove", "anna@example.com");
        (await _bench.DoAsync("user", "list")).Output.ShouldContain("There are no users yet.");
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended()
    {
        var link = (await _bench.DoAsync("user", "invite", "anna@example.com", "--role", "viewer", "--json")).Line.GetProperty("link").GetString()!;
        await using (var home = await Home.OpenAsync(new(_bench.Home), Tidemark.Connectors.CompiledConnectors.Catalog(), TimeProvider.System, CommandBench.Cancel))
        {
            await home.UserLinks.SetPasswordAsync(link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..], "correct horse battery", CommandBench.Cancel);
            for (var times = 0; times < 3; times++) await home.Logins.LogInAsync("anna@example.com", "correct horse battery", new("10.0.0.7", "Browser/1"), null, CommandBench.Cancel);
        }

        var open = (await _bench.DoAsync("session", "list", "--json")).Lines;
        open.Count.ShouldBe(3);
        (await _bench.DoAsync("session", "list", "--user", "ben@example.com")).Output.ShouldContain("Nobody is logged in.");
        await _bench.DoAsync("session", "revoke", open[0].GetProperty("id").GetString()!);
        (await _bench.DoAsync("session", "revoke", "--user", "anna@example.com", "--json")).Line.GetProperty("ended").GetInt32().ShouldBe(2);
        (await _bench.RunAsync("session", "revoke")).Code.ShouldBe(ExitCode.Usage);
        (await _bench.RunAsync("session", "revoke", "k3x9qp2d", "--json")).ErrorCode.ShouldBe("session.unknown");
    }
}
