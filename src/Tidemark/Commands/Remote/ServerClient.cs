using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Json;
using Tidemark.Engine.Runs;
using Tidemark.Engine.Wire;

namespace Tidemark.Commands.Remote;

/// <summary>A server that verbs ask in place of the home of this machine, over its API. It answers with the records that the home would.</summary>
internal sealed class ServerClient : IDisposable
{
    private const int MostAtOnce = 1000;
    private const int Attempts = 5;

    // An answer takes as long as its work does: a verification reads every row.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;
    private readonly Uri _address;

    /// <param name="address">The server, e.g. <c>https://sync.example.com</c>.</param>
    /// <param name="token">What it knows the caller by; null for none.</param>
    public ServerClient(string address, string? token)
    {
        UsageCheck.Require(
            Uri.TryCreate(address, UriKind.Absolute, out var known) && (known.Scheme == Uri.UriSchemeHttps || known.Scheme == Uri.UriSchemeHttp),
            "--server is the address of a server, such as https://sync.example.com.");
        _address = known!;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience })
        {
            BaseAddress = new Uri($"{known!.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A path with its query; what is null is left out.</summary>
    public static string Path(string path, params (string Name, string? Value)[] query)
    {
        var given = string.Join('&', query.Where(each => each.Value is not null).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
        return given.Length == 0 ? path : $"{path}?{given}";
    }

    /// <summary>A part of a path.</summary>
    public static string Part(string text) => Uri.EscapeDataString(text);

    /// <exception cref="TidemarkException">What the server refuses, with its code; <c>server.unreachable</c> (transient), <c>server.not_tidemark</c>.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Read(await SendAsync(HttpMethod.Get, path, null, cancellationToken), type);

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> PostAsync<T>(string path, JsonObject? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Read(await SendAsync(HttpMethod.Post, path, Json(body), cancellationToken), type);

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> PatchAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Read(await SendAsync(HttpMethod.Patch, path, Json(body), cancellationToken), type);

    /// <inheritdoc cref="GetAsync"/>
    public async Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Read(await SendAsync(HttpMethod.Delete, path, null, cancellationToken), type);

    /// <summary>An answer that is a text.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) => TextAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>A whole list, where the answer has no pages.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<IReadOnlyList<T>> GetAllAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Items(await SendAsync(HttpMethod.Get, path, null, cancellationToken), type);

    /// <summary>As posting, where the answer is a list.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<IReadOnlyList<T>> PostForAllAsync<T>(string path, JsonObject? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Items(await SendAsync(HttpMethod.Post, path, Json(body), cancellationToken), type);

    /// <summary>Sends text as it is, where the answer is a list.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<IReadOnlyList<T>> PutTextAsync<T>(string path, string text, string mediaType, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Items(await SendAsync(HttpMethod.Put, path, new StringContent(text, Encoding.UTF8, mediaType), cancellationToken), type);

    /// <summary>The first items of a list.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string path, int limit, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await PagesAsync(path, limit, type, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>The first items of a list as they come, page by page.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async IAsyncEnumerable<T> PagesAsync<T>(string path, int limit, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var from = $"{path}{(path.Contains('?') ? '&' : '?')}limit={Math.Min(limit, MostAtOnce)}{(cursor is null ? "" : $"&cursor={cursor}")}";
            var page = await SendAsync(HttpMethod.Get, from, null, cancellationToken);
            var items = Items(page.GetProperty("items"), type);
            foreach (var item in items) yield return item;
            (limit, cursor) = (limit - items.Count, page.GetProperty("next").GetString());
        }
        while (cursor is not null && limit > 0);
    }

    /// <summary>Follows a run to its end. A connection that breaks is made again.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async IAsyncEnumerable<RunAnswer> FollowAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var broken = 0; ; broken++)
        {
            var (last, why) = ((RunAnswer?)null, (Exception?)null);
            await using var events = EventsAsync($"runs/{Part(run)}?follow=true", WireJson.Default.RunAnswer, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync()) break;
                }
                catch (Exception wrong) when (wrong is IOException or HttpRequestException or TidemarkException { Kind: FailureKind.Transient })
                {
                    why = wrong;
                    break;
                }

                broken = 0;
                yield return last = events.Current;
            }

            if (last is { Status: not (RunStatus.Queued or RunStatus.Running) }) yield break;
            if (broken == Attempts) throw why as TidemarkException ?? Unreachable(why);
            await Task.Delay(AskAgainAfter, cancellationToken);
        }
    }

    /// <summary>Writes an answer into a stream as it comes.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task CopyAsync(string path, Stream target, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode) throw Refused(response, await response.Content.ReadAsStringAsync(cancellationToken));
        await response.Content.CopyToAsync(target, cancellationToken);
    }

    /// <summary>The events of an address, until the server ends them.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async IAsyncEnumerable<T> EventsAsync<T>(string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode) throw Refused(response, await response.Content.ReadAsStringAsync(cancellationToken));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var each in SseParser.Create(stream).EnumerateAsync(cancellationToken)) yield return JsonSerializer.Deserialize(each.Data, type)!;
    }

    private static StringContent? Json(JsonObject? body) => body is null ? null : new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static List<T> Items<T>(JsonElement list, JsonTypeInfo<T> type) => [.. list.EnumerateArray().Select(item => Read(item, type))];

    private static T Read<T>(JsonElement answer, JsonTypeInfo<T> type) => answer.Deserialize(type)!;

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        try
        {
            return JsonElement.Parse(await TextAsync(method, path, body, cancellationToken));
        }
        catch (JsonException)
        {
            throw NotTidemark();
        }
    }

    private async Task<string> TextAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text : throw Refused(response, text);
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException wrong)
        {
            throw Unreachable(wrong);
        }
        catch (TaskCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(late);
        }
    }

    private TidemarkException Refused(HttpResponseMessage response, string text)
    {
        try
        {
            var said = JsonElement.Parse(text);
            return new(KindOf(response.StatusCode, said), said.GetProperty("code").GetString()!, said.GetProperty("detail").GetString()!)
            {
                Hint = said.TryGetProperty("hint", out var hint) ? hint.GetString()
                    : response.StatusCode == HttpStatusCode.Unauthorized ? "Set TIDEMARK_TOKEN to a token of the server: tidemark token create." : null,
                Next = said.TryGetProperty("next", out var next) ? StepOf(next) : null,
                Problems = said.TryGetProperty("problems", out var problems) ? [.. problems.EnumerateArray().Select(ProblemOf)] : [],
            };
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return NotTidemark();
        }
    }

    // The server's own steps are addresses, of which the command line makes commands.
    private static NextStep? StepOf(JsonElement next) => new NextAnswer { Act = next.GetProperty("act").GetString()!, Of = next.GetProperty("of").GetString() }.ToStep();

    private static Problem ProblemOf(JsonElement problem) => Read(problem, WireJson.Default.ProblemAnswer).ToProblem();

    private static FailureKind KindOf(HttpStatusCode status, JsonElement problem) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FailureKind.Configuration,
        HttpStatusCode.TooManyRequests => FailureKind.Transient,
        _ when problem.TryGetProperty("kind", out var kind) && EnumWord.Find<FailureKind>(kind.GetString()!) is { } known => known,
        < HttpStatusCode.InternalServerError => FailureKind.Usage,
        _ => FailureKind.Defect,
    };

    private TidemarkException Unreachable(Exception? why) => new(FailureKind.Transient, "server.unreachable", $"The server {_address.Authority} does not answer{(why is null ? "." : $": {why.Message}")}", why)
    {
        Hint = "Look whether it runs, and whether --server names its address.",
    };

    private TidemarkException NotTidemark() => new(FailureKind.Configuration, "server.not_tidemark", $"What answers at {_address.Authority} is no Tidemark.")
    {
        Hint = "Look whether --server names the server, and not a page before it.",
    };
}
