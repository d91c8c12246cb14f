using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;
using Tidemark.Sandbox.Serving;

namespace Tidemark.Sandbox.Close;

/// <summary>
/// The parameters of a list, from the address or, where a header makes a GET of a POST, from the member
/// <c>_params</c> of its body. They are taken one by one; whatever is left at the end is unknown.
/// </summary>
internal sealed class CloseQuery
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 100;

    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);

    public CloseQuery(HttpRequest request)
    {
        foreach (var (name, values) in request.Query) _left[name] = values.ToString();
        if (!IsOverridden(request) || RequestBody.Json(request) is not { ValueKind: JsonValueKind.Object } body
            || !body.TryGetProperty("_params", out var parameters)) return;
        foreach (var parameter in parameters.EnumerateObject()) _left[parameter.Name] = parameter.Value.ToString();
    }

    /// <summary>Whether the request counts as a GET.</summary>
    public static bool IsOverridden(HttpRequest request) => HttpMethods.IsPost(request.Method)
        && request.Headers["x-http-method-override"].ToString().Equals("GET", StringComparison.OrdinalIgnoreCase);

    public string? Take(string name) => _left.Remove(name, out var value) ? value : null;

    public int TakeLimit() => Take("_limit") is { } text ? Number("_limit", text, MaxLimit) : DefaultLimit;

    public int TakeSkip(int most)
    {
        if (Take("_skip") is not { } text) return 0;
        var skip = Number("_skip", text, int.MaxValue);
        return skip > most ? throw CloseProblem.SkipTooLarge(most) : skip;
    }

    public IReadOnlyList<string>? TakeList(string name) =>
        Take(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The part of a stream that the four filters of a time allow; null if none of them is set.</summary>
    public RecordRange? TakeRange(string field)
    {
        var (after, before) = (RecordKey.First, RecordKey.Last);
        if (TakeTime(field + "__gt") is { } gt) after = RecordKey.AfterAllOf(gt);
        if (TakeTime(field + "__gte") is { } gte) after = RecordKey.Max(after, RecordKey.BeforeAllOf(gte));
        if (TakeTime(field + "__lt") is { } lt) before = RecordKey.BeforeAllOf(lt);
        if (TakeTime(field + "__lte") is { } lte) before = RecordKey.Min(before, RecordKey.AfterAllOf(lte));
        return after == RecordKey.First && before == RecordKey.Last ? null : new() { After = after, Before = before };
    }

    /// <exception cref="CloseProblem">400: a parameter was not taken.</exception>
    public void Close()
    {
        foreach (var name in _left.Keys) throw CloseProblem.Bad($"Unknown parameter: {name}.");
    }

    public static long Second(string field, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeSeconds()
            : throw CloseProblem.Invalid(field, "Not a valid date.");

    private long? TakeTime(string name) => Take(name) is { } text ? Second(name, text) : null;

    private static int Number(string name, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw CloseProblem.Bad($"Invalid value of {name}; the largest is {most}.");
}
