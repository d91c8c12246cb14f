using System.Text.RegularExpressions;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>People log in and out with a browser.</summary>
public sealed partial class LoginTests
{
    private const string NewPassword = "another long password";

    [Fact]
    public async Task P11_the_first_administrator_sets_a_password_by_a_link_and_logs_in_and_the_link_is_used_up()
    {
        await using var bench = await ServerBench.StartAsync();
        var link = (await bench.Home.UserLinks.FirstAsync(ServerBench.Cancel))!;
        var browser = bench.Browser();
        var path = $"setup?token={link.Text}";
        (await PageAsync(browser, path)).ShouldContain("Become the administrator");
        (await PageAsync(browser, path)).ShouldContain(link.Text);

        using var wrong = await ServerBench.SendFormAsync(browser, "setup", ("token", link.Text), ("email", "<script>@x"), ("password", "short"), ("again", "short"));
        (await wrong.Content.ReadAsStringAsync(ServerBench.Cancel)).ShouldNotContain("<script>");
        using var set = await ServerBench.SendFormAsync(browser, "setup", ("token", link.Text), ("email", "Root@example.com"), ("password", NewPassword), ("again", NewPassword));
        using var again = await ServerBench.SendFormAsync(browser, "setup", ("token", link.Text), ("email", "eve@example.com"), ("password", NewPassword), ("again", NewPassword));
        using var entered = await ServerBench.SendFormAsync(browser, "login", ("email", "root@example.com"), ("password", NewPassword));

        ((int)wrong.StatusCode, (int)set.StatusCode, (int)again.StatusCode, (int)entered.StatusCode).ShouldBe((400, 303, 404, 303));
        entered.Headers.Location!.OriginalString.ShouldBe("/docs");
        var me = (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Answer;
        (me.GetProperty("name").GetString(), me.GetProperty("role").GetString(), me.GetProperty("kind").GetString()).ShouldBe(("root@example.com", "admin", "user"));
    }

    [Fact]
    public async Task P11_pages_run_no_script_are_in_no_frame_and_are_kept_nowhere()
    {
        await using var bench = await ServerBench.StartAsync();
        using var browser = await bench.LogInAsync("anna@example.com", Role.Viewer);
        var link = (await bench.Home.Users.ResetAsync("anna@example.com", new("test", "command"), ServerBench.Cancel)).Link;

        foreach (var path in new[] { "login", "logout", $"setup?token={link.Text}", "setup?token=none" })
        {
            using var page = await browser.GetAsync(new Uri(path, UriKind.Relative), ServerBench.Cancel);
            page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html", path);
            page.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"]);
            page.Headers.CacheControl!.NoStore.ShouldBeTrue();
            page.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            var text = await page.Content.ReadAsStringAsync(ServerBench.Cancel);
            (text.Contains("<script", StringComparison.OrdinalIgnoreCase) || text.Contains("style=", StringComparison.OrdinalIgnoreCase)).ShouldBeFalse(path);
        }

        using var sheet = await browser.GetAsync(new Uri("pages.css", UriKind.Relative), ServerBench.Cancel);
        sheet.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
        using var start = await browser.GetAsync(new Uri("/", UriKind.Relative), ServerBench.Cancel);
        using var unknown = await bench.Browser().GetAsync(new Uri("/", UriKind.Relative), ServerBench.Cancel);
        (start.Headers.Location!.OriginalString, unknown.Headers.Location!.OriginalString).ShouldBe(("/docs", "/login"));
    }

    [Theory]
    [InlineData("/docs?x=1", "/docs?x=1")]
    [InlineData("//evil.example", "/docs")]
    [InlineData("/\\evil.example", "/docs")]
    [InlineData("https://evil.example", "/docs")]
    [InlineData("/a\r\nX-Injected: 1", "/docs")]
    public async Task P11_a_login_leads_to_a_page_of_this_server_alone(string next, string to)
    {
        await using var bench = await ServerBench.StartAsync();
        (await bench.LogInAsync("anna@example.com", Role.Viewer)).Dispose();
        using var browser = bench.Browser();

        using var entered = await ServerBench.SendFormAsync(browser, "login", ("email", "anna@example.com"), ("password", ServerBench.Password), ("next", next));

        entered.Headers.Location!.OriginalString.ShouldBe(to);
    }

    [Fact]
    public async Task P11_the_cookie_is_for_this_server_alone_renewed_at_each_login_and_over_at_a_logout()
    {
        await using var bench = await ServerBench.StartAsync();
        (await bench.LogInAsync("anna@example.com", Role.Viewer)).Dispose();
        var (cookie, text) = await CookieAsync(bench);
        cookie.ShouldBe("tidemark=*; path=/; samesite=lax; httponly");
        using var browser = With(bench, "tidemark", text);

        using var entered = await ServerBench.SendFormAsync(browser, "login", ("email", "anna@example.com"), ("password", ServerBench.Password));
        var renewed = Cookie().Match(entered.Headers.GetValues("Set-Cookie").Single()).Groups[2].Value;
        renewed.ShouldNotBe(text);
        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Answer.GetProperty("code").GetString().ShouldBe("session.ended");

        using var other = With(bench, "tidemark", renewed);
        var page = await PageAsync(other, "logout");
        using var forged = await ServerBench.SendFormAsync(other, "logout");
        ((int)forged.StatusCode).ShouldBe(403);
        using var left = await ServerBench.SendFormAsync(other, "logout", ("antiforgery", Antiforgery().Match(page).Groups[1].Value));
        ((int)left.StatusCode).ShouldBe(303);
        (await ServerBench.AskAsync(other, HttpMethod.Get, "me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task P11_behind_HTTPS_the_cookie_is_bound_to_the_host_and_the_origin_is_the_public_one()
    {
        await using var bench = await ServerBench.StartAsync(new() { PublicAddress = new("https://sync.example.com") });
        var (_, link) = await bench.Home.Users.InviteAsync(new("anna@example.com", Role.Viewer), new("test", "command"), ServerBench.Cancel);
        await bench.Home.UserLinks.SetPasswordAsync(link.Text, ServerBench.Password, ServerBench.Cancel);

        var (cookie, text) = await CookieAsync(bench, ("Origin", "https://sync.example.com"), ("Host", "sync.example.com"));
        using var browser = With(bench, "__Host-tidemark", text);
        using var http = With(bench, "tidemark", text);

        cookie.ShouldBe("__Host-tidemark=*; path=/; secure; samesite=lax; httponly");
        (await ServerBench.AskAsync(browser, HttpMethod.Get, "me")).Status.ShouldBe(200);
        (await ServerBench.AskAsync(http, HttpMethod.Get, "me")).Status.ShouldBe(401);
        var invited = await bench.DoAsync(HttpMethod.Post, "users", new { email = "ben@example.com", role = "viewer" });
        invited.GetProperty("link").GetString()!.ShouldStartWith("https://sync.example.com/setup?token=tdl_");
    }

    [Theory]
    [InlineData("login")]
    [InlineData("setup")]
    public async Task P11_a_form_of_another_origin_logs_nobody_in(string path)
    {
        await using var bench = await ServerBench.StartAsync();
        (await bench.LogInAsync("anna@example.com", Role.Viewer)).Dispose();
        var link = (await bench.Home.Users.ResetAsync("anna@example.com", new("test", "command"), ServerBench.Cancel)).Link;
        foreach (var (header, value) in new[] { ("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site") })
        {
            using var browser = bench.Browser();
            browser.DefaultRequestHeaders.Add(header, value);
            using var refused = await ServerBench.SendFormAsync(
                browser, path, ("email", "anna@example.com"), ("token", link.Text), ("password", ServerBench.Password), ("again", ServerBench.Password));
            ((int)refused.StatusCode, refused.Headers.Contains("Set-Cookie")).ShouldBe((403, false), $"{header}: {value}");
        }
    }

    [Fact]
    public async Task P11_an_address_that_tries_too_often_is_put_off()
    {
        await using var bench = await ServerBench.StartAsync();
        using var browser = bench.Browser();
        HttpResponseMessage last;
        var tries = 0;
        do
        {
            last = await ServerBench.SendFormAsync(browser, "login", ("email", $"a{tries}@example.com"), ("password", "x"));
            tries++;
        }
        while (last.IsSuccessStatusCode is false && (int)last.StatusCode != 429 && tries < 100);

        ((int)last.StatusCode, last.Headers.RetryAfter is null, tries).ShouldBe((429, false, 31));
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "me")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_caller_who_asks_for_more_than_the_setting_is_put_off_and_others_are_not()
    {
        await using var bench = await ServerBench.StartAsync(new() { MaxRequests = 5 });
        var other = await bench.ClientAsync("other", Role.Viewer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "me")));

        answers.Count(answer => answer.Status == 429).ShouldBeGreaterThan(20);
        answers.First(answer => answer.Status == 429).Answer.GetProperty("code").GetString().ShouldBe("request.too_many");
        (await ServerBench.AskAsync(other, HttpMethod.Get, "me")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("127.0.0.1", "10.1.2.3, 203.0.113.9", "203.0.113.9")]
    [InlineData("192.0.2.1", "203.0.113.9", "127.0.0.1")]
    public async Task P11_the_address_of_a_caller_is_believed_of_a_named_proxy_alone(string proxy, string forwarded, string address)
    {
        await using var bench = await ServerBench.StartAsync(new() { Proxies = [proxy], LocalCallers = true });
        (await bench.LogInAsync("anna@example.com", Role.Viewer)).Dispose();
        using var browser = bench.Browser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);

        using var entered = await ServerBench.SendFormAsync(browser, "login", ("email", "anna@example.com"), ("password", ServerBench.Password));
        using var old = bench.Browser();
        old.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
        using var refused = await old.GetAsync(new Uri("api/sync-status", UriKind.Relative), ServerBench.Cancel);

        (await bench.GetAsync("sessions")).GetProperty("items")[0].GetProperty("address").GetString().ShouldBe(address);
        ((int)refused.StatusCode).ShouldBe(401, "who comes through a proxy is not local");
    }

    private static async Task<string> PageAsync(HttpClient browser, string path) => await browser.GetStringAsync(new Uri(path, UriKind.Relative), ServerBench.Cancel);

    /// <summary>The cookie of a login, its text apart.</summary>
    private static async Task<(string Cookie, string Text)> CookieAsync(ServerBench bench, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = bench.Anybody.BaseAddress };
        foreach (var (name, value) in headers) client.DefaultRequestHeaders.Add(name, value);
        using var entered = await ServerBench.SendFormAsync(client, "login", ("email", "anna@example.com"), ("password", ServerBench.Password));
        var match = Cookie().Match(entered.Headers.GetValues("Set-Cookie").Single());
        return ($"{match.Groups[1].Value}=*{match.Groups[3].Value}", match.Groups[2].Value);
    }

    private static HttpClient With(ServerBench bench, string name, string text)
    {
        var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = bench.Anybody.BaseAddress };
        client.DefaultRequestHeaders.Add("Cookie", $"{name}={text}");
        return client;
    }

    [GeneratedRegex("^([^=]+)=([^;]*)(.*)$", RegexOptions.None, 1000)]
    private static partial Regex Cookie();

    [GeneratedRegex("name=\"antiforgery\" value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Antiforgery();
}
