using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Tidemark.Connectors.Templates;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;
using Tidemark.Server;
using Tidemark.Tests.Connectors;

namespace Tidemark.Tests.Server.Compat;

/// <summary>A server with a template applied to the stand-ins, open to callers of this machine as earlier tools were.</summary>
internal sealed class OldBench : IAsyncDisposable
{
    public const string App = "Sync_to_Payment_App";

    private readonly ServerBench _server;
    private readonly string _client = $"tidemark-{Guid.NewGuid():N}";

    private OldBench(ServerBench server, string vendor)
    {
        _server = server;
        Vendor = new VendorControl(server.Sandbox, vendor);
    }

    public ServerBench Server => _server;

    public VendorControl Vendor { get; }

    /// <param name="vendor">Whose control port <see cref="Vendor"/> is.</param>
    /// <param name="templates">Those to apply.</param>
    public static async Task<OldBench> StartAsync(string vendor, params string[] templates)
    {
        var bench = new OldBench(await ServerBench.StartAsync(new ServerOptions { LocalCallers = true }, customers: 100), vendor);
        foreach (var template in templates) await bench.ApplyAsync(DefinitionTemplate.Named(template).Text);
        return bench;
    }

    public async Task ApplyAsync(string text) =>
        await new DefinitionFile(_server.Home.Definitions, Variables().GetValueOrDefault).ApplyAsync(text, ServerBench.Cancel);

    public Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["ALLOW_PRIVATE_NETWORK"] = "true",
        ["DATABASE_URL"] = $"sqlite:{Database}",
        // Tokens are kept per client: a port that another sandbox had before must not bring its token along.
        ["ZOHO_CLIENT_ID"] = _client,
        ["ZOHO_CLIENT_SECRET"] = "tidemark",
        ["ZOHO_REFRESH_TOKEN"] = "tidemark",
        ["ZOHO_ACCOUNTS_URL"] = $"{_server.Sandbox.Vendors["zoho"]}",
        ["ORACLE_BASE_URL"] = $"{_server.Sandbox.Vendors["oracle"]}",
        ["ORACLE_USER"] = "tidemark",
        ["ORACLE_PASS"] = "tidemark",
        ["SQUARE_URL"] = $"{_server.Sandbox.Vendors["square"]}",
        ["SQUARE_TOKEN"] = "tidemark",
    };

    public string Database => _server.File("old.db");

    /// <summary>Asks without a token, and wants a good answer.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await AskAsync(method, path, body);
        status.ShouldBe(200, $"{method} {path}: {answer}");
        return answer;
    }

    public async Task<(int Status, JsonElement Answer)> AskAsync(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path.TrimStart('/'), UriKind.Relative));
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _server.Anybody.SendAsync(request, ServerBench.Cancel);
        var text = await response.Content.ReadAsStringAsync(ServerBench.Cancel);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Types a line of the list into a shell.</summary>
    public async Task<JsonElement> TypeAsync(string line, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(line.Replace("http://localhost:8000", _server.Anybody.BaseAddress!.ToString().TrimEnd('/'), StringComparison.Ordinal));
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        var said = shell.StandardError.ReadToEndAsync(ServerBench.Cancel);
        var answer = await shell.StandardOutput.ReadToEndAsync(ServerBench.Cancel);
        await shell.WaitForExitAsync(ServerBench.Cancel);
        shell.ExitCode.ShouldBe(0, $"{line}: {await said}");
        return JsonSerializer.Deserialize<JsonElement>(answer);
    }

    /// <summary>Lets contacts wait for the payment application again.</summary>
    public Task SetPendingAsync(int count) => Vendor.MutateAsync(
        "contacts", new { update = new { count, set = new Dictionary<string, object> { [App] = "Pending Sync", ["Fully_Onboarded"] = true } } });

    /// <summary>The contacts that wait; with all that the criteria ask for.</summary>
    public async Task<IReadOnlyList<JsonNode>> PendingAsync(bool onboarded) =>
        [.. (await Vendor.TruthAsync("contacts")).Values.Where(contact => contact[App]?.ToString() == "Pending Sync" && (!onboarded || contact["Fully_Onboarded"]?.ToString() == "true"))];

    public Task<IReadOnlyList<RunRecord>> RunsAsync() => _server.Home.Runs.ListAsync(100, new(), ServerBench.Cancel);

    public async ValueTask DisposeAsync()
    {
        Vendor.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>Keys and the types of their values, as lines; of a list, what its first element is.</summary>
    public static string ShapeOf(JsonElement value, string indent = "") => value.ValueKind switch
    {
        JsonValueKind.Object => string.Concat(value.EnumerateObject().Select(member => $"\n{indent}{member.Name}: {ShapeOf(member.Value, indent + "  ")}")),
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "[]" : $"[{ShapeOf(value[0], indent + "  ")}]",
        JsonValueKind.String => DateTime.TryParseExact(value.GetString(), ["yyyy-MM-dd'T'HH:mm:ss.ffffff", "yyyy-MM-dd'T'HH:mm:ss"], null, default, out _) ? $"text {value.GetString()!.Length}" : "text",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "truth",
    };
}
