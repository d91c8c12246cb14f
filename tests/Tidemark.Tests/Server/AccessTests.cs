using System.Text;
using System.Text.Json;
using Shouldly;
using Tidemark.Engine.Access;
using Tidemark.Tests.Wire;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>Who may do what, over every endpoint that there is.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task P11_every_endpoint_lets_in_whom_the_approved_table_says()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/other", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "other_{stream}" });
        var expired = await bench.ClientAsync("expired", Role.Admin, TimeProvider.System.GetUtcNow().AddMilliseconds(1));
        var revoked = await bench.ClientAsync("revoked", Role.Admin);
        await bench.Home.Tokens.RevokeAsync("revoked", new("test", "command"), ServerBench.Cancel);
        var callers = new (string Name, HttpClient Client)[]
        {
            ("nobody", bench.Anybody), ("viewer", await bench.ClientAsync("viewer", Role.Viewer)), ("operator", await bench.ClientAsync("operator", Role.Operator)),
            ("other's operator", await bench.ClientAsync("other", Role.Operator, null, "other")), ("admin", bench.Admin),
            ("expired", expired), ("revoked", revoked), ("forged", bench.With("tdm_aaaaaaaa_" + new string('A', 43))),
            ("viewer's cookie", await bench.LogInAsync("viewer@example.com", Role.Viewer)), ("operator's cookie", await bench.LogInAsync("operator@example.com", Role.Operator)),
            ("other's operator's cookie", await bench.LogInAsync("other@example.com", Role.Operator, "other")), ("admin's cookie", await bench.LogInAsync("admin@example.com", Role.Admin)),
            ("expired cookie", await ExpiredAsync(bench)), ("admin's cookie without token", await bench.LogInAsync("careless@example.com", Role.Admin)),
            ("admin's cookie from another origin", await bench.LogInAsync("lured@example.com", Role.Admin)),
        };
        callers[^2].Client.DefaultRequestHeaders.Remove("X-Tidemark-Antiforgery");
        callers[^1].Client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        var run = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString()!;
        var table = new StringBuilder();
        foreach (var (method, path) in await OperationsAsync(bench))
        {
            var address = path.Replace("{id}", path.StartsWith("/api/v1/runs", StringComparison.Ordinal) ? run : "7", StringComparison.Ordinal)
                .Replace("{pipeline}", "payments", StringComparison.Ordinal).Replace("{name}", NameFor(path), StringComparison.Ordinal)
                .Replace("{table}", "shop_products", StringComparison.Ordinal).Replace("{filename}", "none.json", StringComparison.Ordinal)
                .Replace("{sync_id}", "sync_1", StringComparison.Ordinal).Replace("{email}", "nobody@example.com", StringComparison.Ordinal);
            table.Append($"{method} {path}".PadRight(52));
            foreach (var (name, client) in callers) table.Append(' ').Append(await OutcomeAsync(client, method, address) is var let && let.Length == 0 ? name : $"({let})");
            table.Append('\n');
        }

        table.ToString().ShouldBeApproved("access.txt");
    }

    [Fact]
    public async Task S4_10_every_act_and_every_refusal_is_in_the_audit_trail_with_its_actor()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        var viewer = await bench.ClientAsync("looker", Role.Viewer);
        (await ServerBench.AskAsync(viewer, HttpMethod.Post, "runs", new { pipeline = "payments" })).Status.ShouldBe(403);
        (await ServerBench.AskAsync(bench.Anybody, HttpMethod.Get, "runs")).Status.ShouldBe(401);
        await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" }, ignore_limits = true });
        (await ServerBench.AskAsync(bench.Admin, HttpMethod.Post, "runs", new { pipeline = "none" })).Status.ShouldBe(404);

        var trail = (await bench.GetAsync("audit")).GetProperty("items").EnumerateArray()
            .Select(line => $"{Text(line, "actor")} {Text(line, "action")} {Text(line, "subject")} {Text(line, "outcome")} {Text(line, "detail")}").ToList();

        trail[0].ShouldBe("admin run.start pipeline none failed pipeline.unknown");
        trail[1].ShouldBe("admin run.start pipeline payments done sync, beyond the limits");
        trail[2].ShouldBe(" look GET /api/v1/runs refused token.missing");
        trail[3].ShouldBe("looker run.start POST /api/v1/runs refused access.role");
        trail.ShouldContain("admin source.save source shop done ");
        trail.ShouldContain("test token.create token admin done admin");
        (await bench.GetAsync("audit?actor=looker&outcome=refused")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task P11_a_token_is_shown_once_and_only_its_digest_is_kept()
    {
        await using var bench = await ServerBench.StartAsync();

        var made = await bench.DoAsync(HttpMethod.Post, "tokens", new { name = "ci", role = "viewer" });
        var text = made.GetProperty("token").GetString()!;
        (await bench.GetAsync("audit?action=token.create")).GetProperty("items").EnumerateArray().Count(line => Text(line, "subject") == "token ci").ShouldBe(1);

        (await ServerBench.AskAsync(bench.With(text), HttpMethod.Get, "me")).Answer.GetProperty("name").GetString().ShouldBe("ci");
        $"{await bench.GetAsync("tokens")}".ShouldNotContain(text[13..]);
        (await ServerBench.AskAsync(bench.With(text[..^1] + (text[^1] == 'A' ? 'B' : 'A')), HttpMethod.Get, "me")).Answer.GetProperty("code").GetString().ShouldBe("token.unknown");
        await bench.DoAsync(HttpMethod.Delete, "tokens/ci");
        (await ServerBench.AskAsync(bench.With(text), HttpMethod.Get, "me")).Answer.GetProperty("code").GetString().ShouldBe("token.revoked");
    }

    [Fact]
    public async Task A_role_for_one_pipeline_sees_and_starts_that_one_alone()
    {
        await using var bench = await ServerBench.StartAsync();
        await bench.SavePaymentsAsync();
        await bench.DoAsync(HttpMethod.Put, "pipelines/other", new { source = "shop", destination = "db", streams = new[] { "products" }, tables = "other_{stream}" });
        var run = (await bench.RunAsync(new { pipeline = "payments", streams = new[] { "products" } })).GetProperty("run").GetString();
        var other = await bench.ClientAsync("other", Role.Operator, null, "other");

        (await ServerBench.AskAsync(other, HttpMethod.Get, "runs")).Answer.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await ServerBench.AskAsync(other, HttpMethod.Get, $"runs/{run}")).Answer.GetProperty("code").GetString().ShouldBe("access.pipeline");
        (await ServerBench.AskAsync(other, HttpMethod.Get, "pipelines")).Answer.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await ServerBench.AskAsync(other, HttpMethod.Post, "runs", new { pipeline = "payments" })).Status.ShouldBe(403);
        (await ServerBench.AskAsync(other, HttpMethod.Post, "runs", new { pipeline = "other" })).Status.ShouldBe(202);
        (await ServerBench.AskAsync(other, HttpMethod.Get, "status")).Answer.GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_is_not_named_is_refused()
    {
        await using var bench = await ServerBench.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/me", UriKind.Relative)) { Headers = { Host = "evil.example" } };

        using var response = await bench.Admin.SendAsync(request, ServerBench.Cancel);

        ((int)response.StatusCode).ShouldBe(400);
    }

    /// <summary>Every operation that the document names, those that change most last.</summary>
    internal static async Task<IReadOnlyList<(string Method, string Path)>> OperationsAsync(ServerBench bench)
    {
        var document = JsonSerializer.Deserialize<JsonElement>(await bench.Anybody.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), ServerBench.Cancel));
        return
        [
            .. document.GetProperty("paths").EnumerateObject()
                .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Method: operation.Name.ToUpperInvariant(), Path: path.Name)))
                .OrderBy(operation => operation.Method == "DELETE").ThenBy(operation => operation.Path, StringComparer.Ordinal).ThenBy(operation => operation.Method, StringComparer.Ordinal),
        ];
    }

    /// <summary>A browser in which an administrator logged in long ago.</summary>
    private static async Task<HttpClient> ExpiredAsync(ServerBench bench)
    {
        var browser = await bench.LogInAsync("gone@example.com", Role.Admin);
        await bench.ExecuteAsync("UPDATE sessions SET seen_at = seen_at - 12 * 3600000 WHERE email = 'gone@example.com'");
        return browser;
    }

    private static string NameFor(string path) => path switch
    {
        _ when path.StartsWith("/api/v1/connectors", StringComparison.Ordinal) => "stripe",
        _ when path.StartsWith("/api/v1/pipelines", StringComparison.Ordinal) => "payments",
        _ when path.StartsWith("/api/v1/sources", StringComparison.Ordinal) => "shop",
        _ when path.StartsWith("/api/v1/destinations", StringComparison.Ordinal) => "db",
        _ => "nothing_of_this_name",
    };

    /// <summary>Empty where the caller was let in, else the status.</summary>
    private static async Task<string> OutcomeAsync(HttpClient client, string method, string address)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(address, UriKind.Relative));
        if (method is "POST" or "PUT") request.Content = new StringContent("""{"name":"nothing"}""", Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ServerBench.Cancel);
        return (int)response.StatusCode is 401 or 403 ? $"{(int)response.StatusCode}" : "";
    }

    private static string? Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() : null;
}
