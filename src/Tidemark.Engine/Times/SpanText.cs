using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Engine.Times;

/// <summary>A length of time as people write it: <c>90min</c>, <c>24h</c>, <c>7d</c>.</summary>
public static partial class SpanText
{
    /// <summary>Reads one: up to 9 digits and <c>s</c>, <c>min</c>, <c>h</c> or <c>d</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TimeSpan? span)
    {
        span = null;
        if (Form.Match(text) is not { Success: true } form) return false;
        var unit = form.Groups["unit"].Value switch
        {
            "s" => TimeSpan.FromSeconds(1),
            "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.FromDays(1),
        };
        var number = int.Parse(form.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        span = number < TimeSpan.MaxValue / unit ? number * unit : TimeSpan.MaxValue;
        return true;
    }

    /// <summary>E.g. <c>3 h</c>; days from two of them on.</summary>
    public static string Rounded(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
    };

    [GeneratedRegex(@"\A(?<number>\d{1,9})(?<unit>s|min|h|d)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form { get; }
}
