using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Tidemark.Tests.Server.Agents;

/// <summary>An agent, by the protocol's own client.</summary>
internal sealed class AgentClient(McpClient client) : IAsyncDisposable
{
    public McpClient Client => client;

    /// <summary>Over HTTP, with a token.</summary>
    public static async Task<AgentClient> ConnectAsync(HttpClient http) => new(await McpClient.CreateAsync(
        new HttpClientTransport(new() { Endpoint = new Uri(http.BaseAddress!, "mcp"), TransportMode = HttpTransportMode.StreamableHttp }, http),
        cancellationToken: ServerBench.Cancel));

    /// <summary>Over the input and output of a process of the program.</summary>
    public static async Task<AgentClient> StartAsync(string home, params string[] arguments) => new(await McpClient.CreateAsync(
        new StdioClientTransport(new() { Command = Path.Combine(AppContext.BaseDirectory, "tidemark"), Arguments = ["mcp", "--home", home, .. arguments] }),
        cancellationToken: ServerBench.Cancel));

    public async Task<IReadOnlyList<string>> NamesAsync() => [.. (await client.ListToolsAsync(cancellationToken: ServerBench.Cancel)).Select(tool => tool.Name)];

    /// <summary>What a tool answers: whether it is an error, and the data.</summary>
    public async Task<(bool IsError, JsonElement Data)> AskAsync(string tool, object? arguments = null)
    {
        var (isError, text) = await TextAsync(tool, arguments);
        return (isError, JsonSerializer.Deserialize<JsonElement>(text).GetProperty("data"));
    }

    /// <summary>The data of an answer that is no error.</summary>
    public async Task<JsonElement> DoAsync(string tool, object? arguments = null)
    {
        var (isError, data) = await AskAsync(tool, arguments);
        return isError ? throw new InvalidOperationException($"{tool}: {data}") : data;
    }

    /// <summary>The code of a refusal.</summary>
    public async Task<string> CodeAsync(string tool, object? arguments = null)
    {
        var (isError, data) = await AskAsync(tool, arguments);
        return isError ? data.GetProperty("code").GetString()! : throw new InvalidOperationException($"{tool}: {data}");
    }

    /// <summary>The answer as it is.</summary>
    public async Task<(bool IsError, string Text)> TextAsync(string tool, object? arguments = null)
    {
        var given = JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject().ToDictionary(argument => argument.Name, argument => (object?)argument.Value);
        var answer = await client.CallToolAsync(tool, given, cancellationToken: ServerBench.Cancel);
        return (answer.IsError is true, ((TextContentBlock)answer.Content.Single()).Text);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
