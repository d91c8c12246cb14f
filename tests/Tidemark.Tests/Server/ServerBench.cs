using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Tidemark.Connectors;
using Tidemark.Engine;
using Tidemark.Engine.Access;
using Tidemark.Sandbox;
using Tidemark.Server;
using Xunit;

namespace Tidemark.Tests.Server;

/// <summary>A server of its own over a home of its own, asked over real HTTP; beside it a stand-in for Stripe.</summary>
internal sealed class ServerBench : IAsyncDisposable
{
    /// <summary>The password of every user whom <see cref="LogInAsync"/> makes.</summary>
    public const string Password = "correct horse battery";

    private readonly TestFolder _folder;
    private readonly SandboxServer _sandbox;
    private readonly TidemarkServer _server;

    private ServerBench(TestFolder folder, SandboxServer sandbox, Home home, TidemarkServer server)
    {
        (_folder, _sandbox, Home, _server) = (folder, sandbox, home, server);
        Anybody = new() { BaseAddress = server.Address };
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Home Home { get; }

    /// <summary>A client without a token.</summary>
    public HttpClient Anybody { get; }

    /// <summary>A client that may do everything.</summary>
    public HttpClient Admin { get; private set; } = null!;

    public SandboxServer Sandbox => _sandbox;

    /// <summary>A file of the bench's own.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>The control port of the stand-in.</summary>
    public Uri Control => _sandbox.Control;

    public static async Task<ServerBench> StartAsync(ServerOptions? options = null, int customers = 120)
    {
        var folder = new TestFolder();
        var sandbox = await SandboxServer.StartAsync(new() { Size = customers, Port = 0 }, Cancel);
        var home = await Home.OpenAsync(new(folder.File("home")), CompiledConnectors.Catalog(), TimeProvider.System, Cancel);
        var server = await TidemarkServer.StartAsync(home, (options ?? new()) with { Port = 0 }, TimeProvider.System, NullLoggerProvider.Instance, Cancel);
        var bench = new ServerBench(folder, sandbox, home, server);
        bench.Admin = await bench.ClientAsync("admin", Role.Admin);
        return bench;
    }

    /// <summary>A client with a token of its own.</summary>
    public async Task<HttpClient> ClientAsync(string name, Role role, DateTimeOffset? expires = null, params string[] pipelines)
    {
        var token = await Home.Tokens.CreateAsync(name, role, pipelines, expires, actsAlone: false, new("test", "command"), Cancel);
        return With(token.Text);
    }

    /// <summary>A browser in which somebody has logged in; what it sends carries the token against forgery.</summary>
    public async Task<HttpClient> LogInAsync(string email, Role role, params string[] pipelines)
    {
        var (_, link) = await Home.Users.InviteAsync(new(email, role) { Pipelines = pipelines }, new("test", "command"), Cancel);
        await Home.UserLinks.SetPasswordAsync(link.Text, Password, Cancel);
        var browser = Browser();
        using var entered = await SendFormAsync(browser, "login", ("email", email), ("password", Password));
        ((int)entered.StatusCode).ShouldBe(303);
        var (_, me) = await AskAsync(browser, HttpMethod.Get, "me");
        browser.DefaultRequestHeaders.Add("X-Tidemark-Antiforgery", me.GetProperty("antiforgery").GetString());
        return browser;
    }

    /// <summary>A client that keeps cookies, and shows where it is led.</summary>
    public HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _server.Address };

    /// <summary>Sends a form as a browser does.</summary>
    public static async Task<HttpResponseMessage> SendFormAsync(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value));
        return await browser.PostAsync(new Uri(path, UriKind.Relative), form, Cancel);
    }

    public HttpClient With(string token)
    {
        var client = new HttpClient { BaseAddress = _server.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Saves over the API: the stand-in as <c>shop</c>, a SQLite file as <c>db</c>, and the pipeline <c>payments</c> of two streams.</summary>
    public async Task SavePaymentsAsync()
    {
        await DoAsync(HttpMethod.Put, "sources/shop", new
        {
            connector = "stripe",
            settings = new
            {
                api_key = "sk_test_tidemark",
                base_url = $"{_sandbox.Vendors["stripe"]}",
                allow_private_network = "true",
                requests_per_second = "1000",
            },
        });
        await DoAsync(HttpMethod.Put, "destinations/db", new { connector = "sqlite", settings = new { path = _folder.File("db.sqlite") } });
        await DoAsync(HttpMethod.Put, "pipelines/payments", new { source = "shop", destination = "db", streams = new[] { "customers", "products" } });
    }

    /// <summary>Changes something in the catalog behind the server's back.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("home/catalog.db")};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Asks as the admin, and wants a good answer.</summary>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await AskAsync(Admin, method, path, body);
        status.ShouldBeInRange(200, 299, $"{method} {path}: {answer}");
        return answer;
    }

    public Task<JsonElement> GetAsync(string path) => DoAsync(HttpMethod.Get, path);

    /// <summary>Asks as somebody.</summary>
    public static async Task<(int Status, JsonElement Answer)> AskAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"api/v1/{path}", UriKind.Relative));
        if (body is string text) request.Content = new StringContent(text, Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request, Cancel);
        var bytes = await response.Content.ReadAsStringAsync(Cancel);
        return ((int)response.StatusCode, bytes.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(bytes));
    }

    /// <summary>Starts a run and waits for its end by following it.</summary>
    public async Task<JsonElement> RunAsync(object start)
    {
        var run = await DoAsync(HttpMethod.Post, "runs", start);
        return (await FollowAsync(Admin, $"runs/{run.GetProperty("run").GetString()}?follow=true"))[^1].Data;
    }

    /// <summary>Every server-sent event up to the end of the stream.</summary>
    public static async Task<IReadOnlyList<(string Name, JsonElement Data)>> FollowAsync(HttpClient client, string path)
    {
        await using var stream = await client.GetStreamAsync(new Uri($"api/v1/{path}", UriKind.Relative), Cancel);
        var events = new List<(string, JsonElement)>();
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(Cancel))
            events.Add((item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data)));
        return events;
    }

    /// <summary>Changes records at the stand-in.</summary>
    /// <param name="bench">Has the stand-in.</param>
    /// <param name="stream">Vendor and stream, e.g. <c>stripe/customers</c>.</param>
    /// <param name="change">What to change, as its control port takes it.</param>
    public static async Task MutateAsync(ServerBench bench, string stream, string change)
    {
        using var control = new HttpClient { BaseAddress = bench.Control };
        using var body = new StringContent(change, Encoding.UTF8, "application/json");
        using var response = await control.PostAsync(new Uri($"mutate/{stream}", UriKind.Relative), body, Cancel);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Anybody.Dispose();
        Admin.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _sandbox.DisposeAsync();
        await Home.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
