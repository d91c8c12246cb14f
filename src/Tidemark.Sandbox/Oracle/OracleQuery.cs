using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Sandbox.Oracle;

/// <summary>The query of a request for a collection.</summary>
internal sealed record OracleQuery
{
    private const int DefaultLimit = 25;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "limit", "offset", "q", "fields", "orderBy", "onlyData", "totalResults", "expand", "finder", "links",
        "dependency",
    };

    public int Limit { get; private init; }

    public int Offset { get; private init; }

    public IReadOnlyList<OracleCondition> Conditions { get; private init; } = [];

    /// <summary>Fields with whether they fall.</summary>
    public IReadOnlyList<(string Field, bool Falls)> OrderBy { get; init; } = [];

    public IReadOnlySet<string>? Fields { get; private init; }

    public IReadOnlyList<string> Expand { get; private init; } = [];

    /// <summary>Name and parameters, as they are given; null for none.</summary>
    public string? Finder { get; private init; }

    public bool OnlyData { get; private init; }

    public bool WithTotal { get; private init; }

    public int FrameworkVersion { get; private init; }

    /// <param name="request">A request for a collection.</param>
    /// <param name="cap">A larger limit is lowered to it without a word.</param>
    /// <exception cref="OracleProblem">400: a parameter is unknown or makes no sense.</exception>
    public static OracleQuery Read(HttpRequest request, int cap)
    {
        var query = request.Query;
        if (query.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw OracleProblem.Bad($"The query parameter {unknown} is not valid.");
        var version = VersionOf(request);
        return new()
        {
            FrameworkVersion = version,
            Limit = Math.Min(cap, Whole(query, "limit", DefaultLimit, least: 1)),
            Offset = Whole(query, "offset", 0, least: 0),
            Conditions = Text(query, "q") is { } filter ? OracleCondition.Parse(filter, version) : [],
            OrderBy = [.. List(query, "orderBy").Select(Sorting)],
            Fields = Text(query, "fields") is null ? null : List(query, "fields").ToHashSet(StringComparer.Ordinal),
            Expand = List(query, "expand"),
            Finder = Text(query, "finder"),
            OnlyData = Text(query, "onlyData") == "true",
            WithTotal = Text(query, "totalResults") == "true",
        };
    }

    /// <exception cref="OracleProblem">400: no version from 1 to 9.</exception>
    public static int VersionOf(HttpRequest request)
    {
        var text = request.Headers["REST-Framework-Version"].ToString();
        if (text.Length == 0) return 1;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var version) && version is >= 1 and <= 9
            ? version
            : throw OracleProblem.Bad($"The framework version {text} is not supported.");
    }

    private static (string Field, bool Falls) Sorting(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 2 && parts[^1] != "" && (parts.Length == 1 || parts[1] is "asc" or "desc")
            ? (parts[0], parts.Length == 2 && parts[1] == "desc")
            : throw OracleProblem.Bad($"The value of the query parameter orderBy is not valid: {text}");
    }

    private static int Whole(IQueryCollection query, string name, int usual, int least)
    {
        if (Text(query, name) is not { } text) return usual;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw OracleProblem.Bad($"The value of the query parameter {name} is not valid: {text}");
    }

    private static string[] List(IQueryCollection query, string name) =>
        Text(query, name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string? Text(IQueryCollection query, string name) =>
        query[name].ToString() is { Length: > 0 } text ? text : null;
}
