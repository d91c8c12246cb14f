using Microsoft.Data.Sqlite;
using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Settings;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>People log in by an OpenID provider.</summary>
public sealed class OpenIdTests : IAsyncLifetime
{
    private OpenIdStandIn _provider = null!;
    private ServerBench _bench = null!;

    private ServerOptions Options => new()
    {
        OidcAuthority = _provider.Authority,
        OidcClientId = OpenIdStandIn.ClientId,
        OidcClientSecret = new Secret(OpenIdStandIn.ClientSecret),
        OidcGroups = ["staff=viewer", "ops=operator", "bosses=admin"],
    };

    public async ValueTask InitializeAsync()
    {
        _provider = await OpenIdStandIn.StartAsync();
        _bench = await ServerBench.StartAsync(Options);
        _provider.Person = Anna("staff", "ops");
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task P11_who_comes_from_the_provider_is_made_a_user_with_the_highest_role_of_their_groups_at_each_login()
    {
        using var browser = _bench.Browser();
        var (status, led) = await LogInAsync(browser, "login/oidc?next=/docs?x=1");

        (status, led).ShouldBe((303, "/docs?x=1"));
        await RoleAsync(browser, "operator");
        _provider.Person = Anna("staff");
        await LogInAsync(browser);
        await RoleAsync(browser, "viewer");
        var user = (await _bench.Home.Users.ListAsync(ServerBench.Cancel)).ShouldHaveSingleItem();
        (user.Email, user.Name, user.HasPassword, user.IsFromProvider).ShouldBe(("anna@example.com", "Anna B", false, true));
        (await SubjectAsync()).ShouldBe($"{_provider.Authority}".TrimEnd('/') + " anna-1");
        (await _bench.Home.Sessions.ListAsync(null, ServerBench.Cancel)).ShouldHaveSingleItem("the browser's earlier session is over");
        _provider.Refused.ShouldBeEmpty();
        (await _bench.Home.Audit.ListAsync(new() { Action = "login" }, 10, ServerBench.Cancel))[0].Note.Detail.ShouldBe("from 127.0.0.1, by OpenID");
    }

    [Theory]
    [InlineData("Nonce")]
    [InlineData("Audience")]
    [InlineData("Issuer")]
    [InlineData("Expired")]
    [InlineData("Signature")]
    [InlineData("Unsigned")]
    public async Task P11_a_token_that_is_not_the_provider_s_for_this_login_lets_nobody_in(string fault)
    {
        _provider.Fault = Enum.Parse<TokenFault>(fault);
        using var browser = _bench.Browser();

        (await LogInAsync(browser)).Status.ShouldBe(400);

        _provider.Given.ShouldBe(1);
        (await _bench.Home.Audit.ListAsync(new() { Action = "login" }, 10, ServerBench.Cancel)).ShouldHaveSingleItem().Note.Detail.ShouldBe("from 127.0.0.1, by OpenID");
        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Status.ShouldBe(401);
        (await _bench.Home.Users.ListAsync(ServerBench.Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task P11_a_code_is_worth_nothing_in_another_browser_and_the_provider_wants_its_verifier()
    {
        using var browser = _bench.Browser();
        using var other = _bench.Browser();
        var back = await SendAsync(browser, await SendAsync(browser, new("login/oidc", UriKind.Relative)));

        using var stolen = await other.GetAsync(back, ServerBench.Cancel);
        ((int)stolen.StatusCode, _provider.Given).ShouldBe((400, 0), "without the cookie of the browser that began");
        using var began = await browser.GetAsync(back, ServerBench.Cancel);
        ((int)began.StatusCode, _provider.Given).ShouldBe((303, 1));
        using var again = await browser.GetAsync(back, ServerBench.Cancel);
        ((int)again.StatusCode, _provider.Given).ShouldBe((400, 1));
        using var nothing = await other.GetAsync(new Uri("login/oidc/callback", UriKind.Relative), ServerBench.Cancel);
        ((int)nothing.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task P11_who_is_in_no_group_with_a_role_is_refused_and_logged_out_everywhere()
    {
        using var browser = _bench.Browser();
        await LogInAsync(browser);
        using var elsewhere = _bench.Browser();
        _provider.Person = Anna("others");

        (await LogInAsync(elsewhere)).Status.ShouldBe(403);

        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Status.ShouldBe(401);
        (await _bench.Home.Audit.ListAsync(new() { Action = "login", Outcome = AuditOutcome.Refused }, 1, ServerBench.Cancel))[0].Note.Detail
            .ShouldBe("from 127.0.0.1, by OpenID: login.no_role");
        _provider.Person = new() { ["sub"] = "eve-1", ["email"] = "eve@example.com", ["groups"] = Array.Empty<string>() };
        (await LogInAsync(elsewhere)).Status.ShouldBe(403);
        (await _bench.Home.Users.ListAsync(ServerBench.Cancel)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("anna-1", true, 303)]
    [InlineData("anna-1", false, 403)]
    [InlineData("anna-1", null, 403)]
    public async Task P11_a_user_with_a_password_is_taken_over_only_by_who_is_proven_to_have_the_address(string subject, bool? isVerified, int status)
    {
        using var password = await _bench.LogInAsync("anna@example.com", Role.Admin);
        _provider.Person = Anna("staff");
        _provider.Person["sub"] = subject;
        _provider.Person.Remove("email_verified");
        if (isVerified is { } verified) _provider.Person["email_verified"] = verified;
        using var browser = _bench.Browser();

        (await LogInAsync(browser)).Status.ShouldBe(status);

        (await _bench.Home.Users.FindAsync("anna@example.com", ServerBench.Cancel)).Role.ShouldBe(status == 303 ? Role.Viewer : Role.Admin);
    }

    [Fact]
    public async Task P11_another_person_with_the_address_of_a_user_and_an_inactive_one_are_refused()
    {
        using var browser = _bench.Browser();
        await LogInAsync(browser);
        _provider.Person["sub"] = "anna-2";
        (await LogInAsync(browser)).Status.ShouldBe(403);
        await RoleAsync(browser, "operator");
        await _bench.Home.Users.ChangeAsync("anna@example.com", new() { IsActive = false }, new("test", "command"), ServerBench.Cancel);
        _provider.Person["sub"] = "anna-1";

        (await LogInAsync(browser)).Status.ShouldBe(403);

        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task P11_passwords_can_be_off_and_then_nothing_makes_or_takes_one()
    {
        await using var bench = await ServerBench.StartAsync(Options with { Passwords = false });
        using var browser = bench.Browser();
        var page = await browser.GetStringAsync(new Uri("login", UriKind.Relative), ServerBench.Cancel);
        (page.Contains("type=\"password\"", StringComparison.Ordinal), page.Contains("/login/oidc", StringComparison.Ordinal)).ShouldBe((false, true));

        using var login = await ServerBench.SendFormAsync(browser, "login", ("email", "a@example.com"), ("password", ServerBench.Password));
        using var setup = await ServerBench.SendFormAsync(browser, "setup", ("token", "x"), ("password", ServerBench.Password));
        ((int)login.StatusCode, (int)setup.StatusCode).ShouldBe((401, 401), "there is nothing at these addresses");
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "users", new { email = "a@example.com", role = "viewer" })).Answer.GetProperty("code").GetString().ShouldBe("user.passwords_off");
        (await LogInAsync(browser)).Status.ShouldBe(303);
    }

    [Fact]
    public async Task P11_one_server_takes_whom_another_has_sent_and_no_key_is_kept_outside_the_catalog()
    {
        await using var other = await TidemarkServer.StartAsync(
            _bench.Home, Options with { Port = 0 }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerProvider.Instance, ServerBench.Cancel);
        using var browser = _bench.Browser();
        var back = await SendAsync(browser, await SendAsync(browser, new("login/oidc", UriKind.Relative)));

        using var come = await browser.GetAsync(new UriBuilder(back) { Port = other.Address.Port }.Uri, ServerBench.Cancel);

        ((int)come.StatusCode, _provider.Given).ShouldBe((303, 1));
        _provider.Refused.ShouldBeEmpty();
        Directory.Exists(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspnet", "DataProtection-Keys")).ShouldBeFalse();
        (await _bench.Home.Secrets.LoginKeyAsync(ServerBench.Cancel)).Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_said_on_a_page()
    {
        await using var bench = await ServerBench.StartAsync(Options with { OidcAuthority = new("http://127.0.0.1:9") });
        using var browser = bench.Browser();

        using var answer = await browser.GetAsync(new Uri("login/oidc", UriKind.Relative), ServerBench.Cancel);

        ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((502, "text/html"));
    }

    [Theory]
    [InlineData("oidc_authority", "http://login.example.com", "setting.invalid")]
    [InlineData("oidc_groups", "staff=root", "setting.invalid")]
    [InlineData("oidc_groups", "staff=metrics", "setting.invalid")]
    [InlineData("oidc_client_id", "", "setting.missing")]
    [InlineData("oidc_authority", "", "setting.missing")]
    public void Settings_of_the_provider_that_let_nobody_in_or_everybody_are_refused_and_show_no_secret(string setting, string value, string code)
    {
        var settings = new Dictionary<string, string>
        {
            ["oidc_authority"] = "https://login.example.com",
            ["oidc_client_id"] = "tidemark",
            ["oidc_client_secret"] = "needle-needle",
            ["oidc_groups"] = "staff=viewer",
        };
        ServerOptions.Read(settings, _ => null).OidcGroups.ShouldBe(["staff=viewer"]);
        if (value.Length == 0) settings.Remove(setting);
        else settings[setting] = value;

        var wrong = Should.Throw<TidemarkException>(() => ServerOptions.Read(settings, _ => null));

        wrong.Problems.Select(problem => problem.Code).ShouldContain(code);
        $"{wrong} {string.Join(' ', wrong.Problems)} {Options}".ShouldNotContain("needle");
        $"{Options}".ShouldNotContain(OpenIdStandIn.ClientSecret);
    }

    [Fact]
    public async Task P11_the_secret_of_the_provider_is_read_from_where_the_setting_says()
    {
        var file = _bench.File("secret");
        await File.WriteAllTextAsync(file, "from a file\n", ServerBench.Cancel);
        foreach (var (given, read) in new[] { ($"file:{file}", "from a file"), ("env:PROVIDER", "from a variable"), ("itself", "itself") })
        {
            var options = await (Options with { OidcClientSecret = new(given) }).ResolveAsync(name => name == "PROVIDER" ? "from a variable" : null, ServerBench.Cancel);
            options.OidcClientSecret!.Reveal().ShouldBe(read);
        }

        (await Should.ThrowAsync<TidemarkException>(() => (Options with { OidcClientSecret = new("env:NONE") }).ResolveAsync(_ => null, ServerBench.Cancel))).Code.ShouldBe("setting.environment_unset");
    }

    private static Dictionary<string, object> Anna(params string[] groups) => new()
    {
        ["sub"] = "anna-1",
        ["email"] = "Anna@example.com",
        ["email_verified"] = true,
        ["name"] = "Anna B",
        ["groups"] = groups,
    };

    /// <summary>Goes to the provider and back.</summary>
    private static async Task<(int Status, string? LedTo)> LogInAsync(HttpClient browser, string path = "login/oidc")
    {
        var back = await SendAsync(browser, await SendAsync(browser, new(path, UriKind.Relative)));
        using var come = await browser.GetAsync(back, ServerBench.Cancel);
        return ((int)come.StatusCode, come.Headers.Location?.OriginalString);
    }

    /// <summary>Where a browser is sent.</summary>
    private static async Task<Uri> SendAsync(HttpClient browser, Uri address)
    {
        using var answer = await browser.GetAsync(address, ServerBench.Cancel);
        ((int)answer.StatusCode).ShouldBe(302, await answer.Content.ReadAsStringAsync(ServerBench.Cancel));
        return answer.Headers.Location!;
    }

    private static async Task RoleAsync(HttpClient browser, string role) =>
        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Answer.GetProperty("role").GetString().ShouldBe(role);

    private async Task<string?> SubjectAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_bench.File("home/catalog.db")};Pooling=False");
        await connection.OpenAsync(ServerBench.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT subject FROM users";
        return (string?)await command.ExecuteScalarAsync(ServerBench.Cancel);
    }
}
