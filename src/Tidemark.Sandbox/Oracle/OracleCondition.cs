using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Sandbox.Oracle;

/// <summary>One comparison of a filter.</summary>
/// <param name="Field">As Oracle writes it.</param>
/// <param name="Sign">One of =, &lt;, &lt;=, &gt;, &gt;=, like.</param>
/// <param name="Value">Without its quotes.</param>
internal sealed partial record OracleCondition(string Field, string Sign, string Value)
{
    public long Seconds => DateTimeOffset.TryParse(
        Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time.ToUnixTimeSeconds()
        : throw OracleProblem.Bad($"The value {Value} of {Field} is not a date.", $"/{Field}");

    public long Number => long.TryParse(Value, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw OracleProblem.Bad($"The value {Value} of {Field} is not a number.", $"/{Field}");

    /// <summary>Whether a text passes: <c>%</c> stands for any letters, <c>_</c> for one, where the sign is <c>like</c>.</summary>
    public bool AllowsText(string? text)
    {
        if (Sign != "like") return Allows(string.CompareOrdinal(text, Value));
        var pattern = Regex.Escape(Value).Replace("%", ".*", StringComparison.Ordinal).Replace('_', '.');
        return text is not null && Regex.IsMatch(
            text, $"^{pattern}$", RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
    }

    /// <summary>Reads a filter in the syntax of a framework version.</summary>
    /// <exception cref="OracleProblem">400: it is in no syntax, or in that of another version.</exception>
    public static IReadOnlyList<OracleCondition> Parse(string text, int frameworkVersion) =>
        frameworkVersion == 1 ? ByExample(text) : [.. Expressions(text)];

    /// <summary>Whether a value compared so with this one's passes; less than zero says that it is below.</summary>
    public bool Allows(int comparison) => Sign switch
    {
        "<" => comparison < 0,
        "<=" => comparison <= 0,
        ">" => comparison > 0,
        ">=" => comparison >= 0,
        _ => comparison == 0,
    };

    /// <summary><c>A=1;B&gt;=2 and &lt;3</c>: separated by semicolons, further bounds without a name.</summary>
    private static List<OracleCondition> ByExample(string text)
    {
        var all = new List<OracleCondition>();
        foreach (var example in text.Split(';'))
        {
            string? field = null;
            foreach (var bound in example.Split(" and "))
            {
                var match = Comparison().Match(bound.Trim());
                var name = match.Groups["field"].Value;
                if (!match.Success || (name.Length == 0) != (field is not null)) throw Wrong(text);
                field ??= name;
                all.Add(new(field, match.Groups["sign"].Value, match.Groups["value"].Value.Trim('\'')));
            }
        }

        return all;
    }

    /// <summary>
    /// <c>A = 1 and B &gt;= '2' and B &lt; '3'</c>: each with its name; no semicolons, times in quotes.
    /// </summary>
    private static IEnumerable<OracleCondition> Expressions(string text)
    {
        foreach (var expression in text.Split(" and "))
        {
            var match = Comparison().Match(expression.Trim());
            var value = match.Groups["value"].Value;
            var isQuoted = value.Length > 1 && value[0] == '\'' && value[^1] == '\'';
            var isNamed = match.Success && match.Groups["field"].Length > 0;
            if (!isNamed || value.Contains(';', StringComparison.Ordinal)) throw Wrong(text);
            if (!isQuoted && !long.TryParse(value, CultureInfo.InvariantCulture, out _)) throw Wrong(text);
            yield return new(match.Groups["field"].Value, match.Groups["sign"].Value.ToLowerInvariant(), isQuoted ? value[1..^1] : value);
        }
    }

    private static OracleProblem Wrong(string text) =>
        OracleProblem.Bad($"The value of the query parameter q is not valid: {text}");

    [GeneratedRegex(
        @"^(?<field>\w*)\s*(?<sign><=|>=|=|<|>|(?<=\s)like(?=\s))\s*(?<value>\S.*)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comparison();
}
