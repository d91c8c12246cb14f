using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Users and sessions over the API, by token and by cookie.</summary>
public sealed class UsersApiTests
{
    [Fact]
    public async Task An_administrator_invites_changes_and_removes_users_and_finds_them()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();

        var invited = await bench.DoAsync(HttpMethod.Post, "users", new { email = "Anna@example.com", role = "operator", name = "Anna B", pipelines = new[] { "payments" } });
        var link = invited.GetProperty("link").GetString()!;
        link.ShouldStartWith($"http://localhost:{bench.Anybody.BaseAddress!.Port}/setup?token=tdl_");
        (await bench.Anybody.GetStringAsync(new Uri(link), ServerBench.Cancel)).ShouldContain("anna@example.com");
        foreach (var letter in "bcd") await bench.DoAsync(HttpMethod.Post, "users", new { email = $"{letter}@example.com", role = "viewer" });
        await bench.DoAsync(HttpMethod.Patch, "users/b@example.com", new { role = "operator", active = false });

        var first = await bench.GetAsync("users?limit=3");
        var rest = await bench.GetAsync($"users?limit=3&cursor={first.GetProperty("next").GetString()}");
        Emails(first).Concat(Emails(rest)).ShouldBe(["anna@example.com", "b@example.com", "c@example.com", "d@example.com"]);
        Emails(await bench.GetAsync("users?search=anna b")).ShouldBe(["anna@example.com"]);
        var changed = await bench.GetAsync("users/B@example.com");
        (changed.GetProperty("role").GetString(), changed.GetProperty("active").GetBoolean()).ShouldBe(("operator", false));
        $"{first}{rest}{await bench.GetAsync("audit")}".ShouldNotContain(link[^43..]);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "users", new { email = "ANNA@example.com", role = "viewer" })).Status.ShouldBe(409);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "users/b@example.com/reset")).Answer.GetProperty("code").GetString().ShouldBe("user.inactive");
        await bench.DoAsync(HttpMethod.Delete, "users/b@example.com");
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Get, "users/b@example.com")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task P11_the_last_administrator_cannot_shut_themselves_out()
    {
        await using var bench = await ServerBench.StartAsync();
        using var root = await bench.LogInAsync("root@example.com", Role.Admin);

        foreach (var (method, body) in new (HttpMethod, object?)[] { (HttpMethod.Delete, null), (HttpMethod.Patch, new { role = "viewer" }), (HttpMethod.Patch, new { active = false }) })
        {
            var (status, answer) = await ServerBench.AskAsync(root, method, "users/root@example.com", body);
            (status, answer.GetProperty("code").GetString()).ShouldBe((409, "user.last_admin"));
        }
    }

    [Fact]
    public async Task P11_everybody_sees_and_ends_their_own_sessions_and_an_administrator_all()
    {
        await using var bench = await ServerBench.StartAsync();
        using var anna = await bench.LogInAsync("anna@example.com", Role.Viewer);
        using var ben = await bench.LogInAsync("ben@example.com", Role.Viewer);
        var viewer = await bench.ClientAsync("viewer", Role.Viewer);

        var own = Items((await ServerBench.AskAsync(anna, HttpMethod.Get, "sessions?user=ben@example.com")).Answer).ShouldHaveSingleItem();
        (own.GetProperty("user").GetString(), own.GetProperty("current").GetBoolean()).ShouldBe(("anna@example.com", true));
        Items((await ServerBench.AskAsync(viewer, HttpMethod.Get, "sessions")).Answer).ShouldBeEmpty();
        Items(await bench.GetAsync("sessions")).Count.ShouldBe(2);
        var id = own.GetProperty("id").GetString();
        (await ServerBench.AskAsync(ben, HttpMethod.Delete, $"sessions/{id}")).Answer.GetProperty("code").GetString().ShouldBe("session.unknown");
        (await ServerBench.AskAsync(anna, HttpMethod.Delete, $"sessions/{id}")).Status.ShouldBe(200);
        (await ServerBench.AskAsync(anna, HttpMethod.Get, "me")).Status.ShouldBe(401);
        (await bench.DoAsync(HttpMethod.Delete, "users/ben@example.com/sessions")).GetProperty("ended").GetInt32().ShouldBe(1);
        (await ServerBench.AskAsync(ben, HttpMethod.Get, "me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task P11_a_new_password_ends_the_other_sessions_and_renews_this_one()
    {
        await using var bench = await ServerBench.StartAsync();
        using var anna = await bench.LogInAsync("anna@example.com", Role.Viewer);
        using var elsewhere = bench.Browser();
        (await ServerBench.SendFormAsync(elsewhere, "login", ("email", "anna@example.com"), ("password", ServerBench.Password))).Dispose();

        (await ServerBench.AskAsync(anna, HttpMethod.Put, "me/password", new { current = "a wrong password", @new = "another long password" })).Status.ShouldBe(400);
        (await ServerBench.AskAsync(anna, HttpMethod.Put, "me/password", new { current = ServerBench.Password, @new = "short" })).Answer.GetProperty("code").GetString().ShouldBe("user.password_invalid");
        (await ServerBench.AskAsync(anna, HttpMethod.Put, "me/password", new { current = ServerBench.Password, @new = "another long password" })).Status.ShouldBe(200);

        (await ServerBench.AskAsync(anna, HttpMethod.Get, "me")).Status.ShouldBe(200);
        (await ServerBench.AskAsync(elsewhere, HttpMethod.Get, "me")).Status.ShouldBe(401);
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Put, "me/password", new { current = "x", @new = "another long password" })).Answer.GetProperty("code").GetString().ShouldBe("access.user_only");
    }

    [Fact]
    public async Task P11_what_a_user_does_is_theirs_in_the_audit_trail_and_in_the_run()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        using var anna = await bench.LogInAsync("anna@example.com", Role.Operator);
        using var refused = await ServerBench.SendFormAsync(anna, "login", ("email", "anna@example.com"), ("password", "a wrong password"));

        var (status, run) = await ServerBench.AskAsync(anna, HttpMethod.Post, "runs", new { pipeline = "payments", streams = new[] { "products" } });
        (await ServerBench.AskAsync(anna, HttpMethod.Put, "sources/shop", new { connector = "stripe", settings = new { api_key = "x" } })).Status.ShouldBe(403);

        (status, run.GetProperty("actor").GetString()).ShouldBe((202, "anna@example.com"));
        var trail = Items(await bench.GetAsync("audit?actor=anna@example.com"))
            .Select(line => $"{Text(line, "door")} {Text(line, "action")} {Text(line, "subject")} {Text(line, "outcome")} {Text(line, "detail")}");
        trail.ShouldBe(
        [
            "api source.save PUT /api/v1/sources/shop refused access.role", "api run.start pipeline payments done sync",
            "page login user anna@example.com refused from 127.0.0.1", "page login user anna@example.com done from 127.0.0.1", "page user.password user anna@example.com done by link",
        ]);
    }

    [Fact]
    public async Task P11_a_change_by_cookie_needs_the_token_of_its_own_session_and_one_by_bearer_none()
    {
        await using var bench = await ServerBench.StartAsync();
        using var anna = await bench.LogInAsync("anna@example.com", Role.Admin);
        using var ben = await bench.LogInAsync("ben@example.com", Role.Admin);
        var bens = ben.DefaultRequestHeaders.GetValues("X-Tidemark-Antiforgery").Single();

        foreach (var shown in new[] { "", "x", bens })
        {
            anna.DefaultRequestHeaders.Remove("X-Tidemark-Antiforgery");
            if (shown.Length > 0) anna.DefaultRequestHeaders.Add("X-Tidemark-Antiforgery", shown);
            (await ServerBench.AskAsync(anna, HttpMethod.Delete, "tokens/none")).Answer.GetProperty("code").GetString().ShouldBe("access.antiforgery");
        }

        (await ServerBench.AskAsync(ben, HttpMethod.Delete, "tokens/none")).Status.ShouldBe(404);
        ben.DefaultRequestHeaders.Add("Origin", $"{bench.Anybody.BaseAddress}".TrimEnd('/'));
        (await ServerBench.AskAsync(ben, HttpMethod.Delete, "tokens/none")).Status.ShouldBe(404);
        ben.DefaultRequestHeaders.Remove("Origin");
        ben.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        (await ServerBench.AskAsync(ben, HttpMethod.Delete, "tokens/none")).Answer.GetProperty("code").GetString().ShouldBe("access.origin");
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Delete, "tokens/none")).Status.ShouldBe(404);
        (await bench.GetAsync("audit?outcome=refused&actor=anna@example.com")).GetProperty("items").GetArrayLength().ShouldBe(3);
    }

    private static List<JsonElement> Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static IEnumerable<string?> Emails(JsonElement page) => Items(page).Select(user => user.GetProperty("email").GetString());

    private static string? Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() : null;
}
