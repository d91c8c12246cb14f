using System.Net.Http.Headers;
using Tidemark.Engine.Settings;
using Tidemark.Engine.Sources.Http;

namespace Tidemark.Connectors.GraphQL;

/// <summary>A bearer token and headers of the settings, all of them credentials.</summary>
internal sealed class GraphQLHeaders : HttpAuthentication
{
    private readonly Secret? _token;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;

    public GraphQLHeaders(Secret? token, Secret? headers)
    {
        _token = token;
        _headers = Parse(headers?.Reveal() ?? "");
        // A server may repeat what stands behind the scheme alone.
        Secrets = [.. _headers.SelectMany(header => (string[])[header.Value, header.Value[(header.Value.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim()])
            .Distinct(StringComparer.Ordinal).Select(value => new Secret(value)), .. token is null ? [] : (Secret[])[token]];
    }

    public override IReadOnlyList<Secret> Secrets { get; }

    public override ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token.Reveal().Trim());
        foreach (var (name, value) in _headers)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value)) throw new FormatException(name);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Headers of lines such as <c>X-Access-Token: abc</c>.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Parse(string text)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }

        return headers;
    }

    /// <summary>Whether every line is a header, so that a secret is not left out without a word.</summary>
    internal static bool IsValid(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .All(line => line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
                && line.AsSpan(0, colon).Trim().IndexOfAnyExcept(HeaderLetters) < 0);

    private static readonly System.Buffers.SearchValues<char> HeaderLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
