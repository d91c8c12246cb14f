using System.Text.Json;
using Shouldly;
using Tidemark.Output;
using Xunit;

namespace Tidemark.Tests.Commands;

/// <summary>Runs commands in this process, in a home of their own.</summary>
internal sealed class CommandBench : IDisposable
{
    private readonly TestFolder _folder = new();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Home { get => field ?? _folder.File("home"); init; }

    /// <summary>What <c>${NAME}</c> on the command line finds.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string File(string name) => _folder.File(name);

    public Task<Answer> RunAsync(params string[] args) => TypeAsync("", args);

    /// <summary>Runs a command with something on standard input.</summary>
    public Task<Answer> TypeAsync(string input, params string[] args) => TypeAsync(input, isTerminal: false, args);

    /// <summary>Runs a command where a person sits at a terminal and types.</summary>
    public Task<Answer> TypeAtTerminalAsync(string input, params string[] args) => TypeAsync(input, isTerminal: true, args);

    private async Task<Answer> TypeAsync(string input, bool isTerminal, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var terminal = new Terminal(() => reader, output, error, Variables.GetValueOrDefault, new(isTerminal, isTerminal, isTerminal));
        var code = await TidemarkCommand.InvokeAsync([.. args, "--home", Home], terminal, TimeProvider.System, Cancel);
        return new Answer(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<Answer> DoAsync(params string[] args)
    {
        var answer = await RunAsync(args);
        answer.Code.ShouldBe(0, answer.ToString());
        return answer;
    }

    /// <summary>Id of the latest run of any kind, dry runs among them.</summary>
    public async Task<string> LatestAsync() => (await DoAsync("runs", "--limit", "1", "--json")).Line.GetProperty("run").GetString()!;

    /// <summary>Saves the stand-in for Stripe as <c>shop</c> and a SQLite database as <c>db</c>.</summary>
    public async Task SaveEndsAsync(Uri stripe)
    {
        await DoAsync("source", "set", "shop", "--connector", "stripe", "api_key=sk_test_tidemark",
            $"base_url={stripe}",
            "allow_private_network=true", "requests_per_second=1000", "retries=1");
        await DoAsync("destination", "set", "db", "--connector", "sqlite", $"path={File("db.sqlite")}");
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>What a command left behind.</summary>
internal sealed record Answer(int Code, string Output, string Error)
{
    /// <summary>Standard output as one JSON object a line.</summary>
    public IReadOnlyList<JsonElement> Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    public override string ToString() => $"exit {Code}\n{Output}\n{Error}";

    public JsonElement Line => Lines.ShouldHaveSingleItem();

    /// <summary>Code of the error that --json tells.</summary>
    public string? ErrorCode => Line.GetProperty("error").GetProperty("code").GetString();
}
