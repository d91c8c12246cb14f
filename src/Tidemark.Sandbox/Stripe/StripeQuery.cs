using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tidemark.Sandbox.Records;

namespace Tidemark.Sandbox.Stripe;

/// <summary>The query of a request. Parameters are taken one by one; whatever is left at the end is unknown.</summary>
internal sealed class StripeQuery
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;
    private const int MaxDepth = 4;

    private readonly Dictionary<string, List<string>> _left = new(StringComparer.Ordinal);

    public StripeQuery(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            // expand[]=a, expand[0]=a and expand=a mean the same.
            var bracket = name.IndexOf('[', StringComparison.Ordinal);
            var isList = bracket > 0 && name.EndsWith(']') && name[(bracket + 1)..^1].All(char.IsAsciiDigit);
            var plain = isList ? name[..bracket] : name;
            if (!_left.TryGetValue(plain, out var all)) _left[plain] = all = [];
            all.AddRange(values.Select(value => value ?? ""));
        }
    }

    public IReadOnlyList<string> Left => [.. _left.Keys];

    /// <summary>A parameter's value; a repeated parameter's values, separated by commas.</summary>
    public string Peek(string name) => string.Join(',', _left[name]);

    public string? Take(string name) => _left.Remove(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> TakeAll(string name) => _left.Remove(name, out var values) ? values : [];

    public int TakeLimit()
    {
        if (Take("limit") is not { } text) return DefaultLimit;
        return Integer("limit", text) switch
        {
            < 1 => throw StripeProblem.NotAnInteger("limit", "This value must be greater than or equal to 1."),
            > MaxLimit => throw StripeProblem.NotAnInteger(
                "limit", $"This value must be less than or equal to {MaxLimit}."),
            var limit => (int)limit,
        };
    }

    /// <summary>The part of a stream that the parameters <c>created</c> and <c>created[…]</c> allow.</summary>
    public RecordRange TakeCreated()
    {
        var after = RecordKey.First;
        var before = RecordKey.Last;
        if (TakeTime("created") is { } at) (after, before) = (RecordKey.BeforeAllOf(at), RecordKey.AfterAllOf(at));
        if (TakeTime("created[gt]") is { } gt) after = RecordKey.Max(after, RecordKey.AfterAllOf(gt));
        if (TakeTime("created[gte]") is { } gte) after = RecordKey.Max(after, RecordKey.BeforeAllOf(gte));
        if (TakeTime("created[lt]") is { } lt) before = RecordKey.Min(before, RecordKey.BeforeAllOf(lt));
        if (TakeTime("created[lte]") is { } lte) before = RecordKey.Min(before, RecordKey.AfterAllOf(lte));
        return new() { After = after, Before = before };
    }

    /// <summary>Paths below a record whose properties are expanded to whole objects, e.g. <c>latest_invoice.customer</c>.</summary>
    /// <param name="prefix">What every path begins with; empty for a single record.</param>
    /// <exception cref="StripeProblem">400: a path begins otherwise, or is too deep.</exception>
    public IReadOnlyList<string[]> TakeExpand(string prefix)
    {
        var paths = new List<string[]>();
        foreach (var path in TakeAll("expand"))
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal)) throw StripeProblem.CannotExpand(path);
            var parts = path[prefix.Length..].Split('.');
            if (parts.Length > MaxDepth)
                throw StripeProblem.Invalid("expand", $"You cannot expand more than {MaxDepth} levels of a property.");
            paths.Add(parts);
        }

        return paths;
    }

    /// <exception cref="StripeProblem">400: a parameter was not taken.</exception>
    public void Close()
    {
        foreach (var name in _left.Keys) throw StripeProblem.UnknownParameter(name);
    }

    private long? TakeTime(string name) => Take(name) is { } text ? Integer(name, text) : null;

    private static long Integer(string name, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw StripeProblem.NotAnInteger(name, $"Invalid integer: {text}");
}
