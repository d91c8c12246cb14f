using System.Globalization;

namespace Tidemark.Engine.Sources.Http;

/// <summary>
/// A request, as far as it decides what the vendor answers. Two equal calls in a row ask for the same page twice:
/// that is how a paging loop is recognised.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">
/// Below the base address, escaped, with its own query where a vendor hands one out, e.g. <c>/v1/customers</c> or
/// <c>/v1/subscription_items?subscription=sub_1</c>. An absolute address is refused unless it is the base's host.
/// </param>
public sealed record HttpCall(HttpMethod Method, string Path)
{
    /// <summary>Query parameters in the order in which they are sent; unescaped, names may repeat.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>Headers of this call alone, e.g. <c>If-Modified-Since</c>. Never a credential.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>JSON body, or null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Whether the query parameters go into the body, as a form, and not into the address. Default false.</summary>
    public bool IsForm { get; init; }

    /// <summary>Media type of the JSON body. Default <c>application/json</c>.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>
    /// Whether asking twice does no harm. True for everything but POST and PATCH; a POST that only searches sets it.
    /// Other calls are sent once and never retried.
    /// </summary>
    public bool IsRepeatable { get; init; } = Method != HttpMethod.Post && Method != HttpMethod.Patch;

    /// <summary>
    /// Statuses by which the vendor says, in its documentation, that there are no records, in place of a body: e.g. 204. Any
    /// other answer without a body is asked for again. Default none.
    /// </summary>
    public IReadOnlyList<int> EmptyStatuses { get; init; } = [];

    /// <summary>Path and query as they are sent.</summary>
    public string Target => IsForm || Query.Count == 0 ? Path : Path + (Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')
        + string.Join('&', Query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>For messages: method and path without the query, which may hold personal data.</summary>
    public string Label => $"{Method} {Path.Split('?')[0]}";

    public static HttpCall Get(string path) => new(HttpMethod.Get, path);

    /// <summary>A POST that reads: it may be repeated.</summary>
    public static HttpCall Search(string path, string json) =>
        new(HttpMethod.Post, path) { Json = json, IsRepeatable = true };

    /// <summary>The same call with one more query parameter; without it where the value is null.</summary>
    public HttpCall With(string name, string? value) =>
        value is null ? this : this with { Query = [.. Query, new(name, value)] };

    /// <inheritdoc cref="With(string, string?)"/>
    public HttpCall With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same call with one more header; without it where the value is null.</summary>
    public HttpCall WithHeader(string name, string? value) =>
        value is null ? this : this with { Headers = [.. Headers, new(name, value)] };

    public bool Equals(HttpCall? other) =>
        other is not null && Method == other.Method && Target == other.Target && Json == other.Json
        && IsForm == other.IsForm && (!IsForm || Query.SequenceEqual(other.Query))
        && Headers.SequenceEqual(other.Headers);

    public override int GetHashCode() => HashCode.Combine(Method, Target, Json);
}
