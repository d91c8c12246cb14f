using System.Globalization;

namespace Tidemark.Engine.Times;

/// <summary>One field of a cron text, with the numbers that it names.</summary>
/// <param name="Text">As written, e.g. <c>*/15</c> or <c>mon-fri</c>.</param>
/// <param name="Values">The numbers, in order; of <c>*</c> all that there are.</param>
public sealed record CronField(string Text, IReadOnlyList<int> Values)
{
    /// <summary>Whether it leaves nothing out because it is <c>*</c>.</summary>
    public bool IsAny => Text == "*";

    /// <summary>The number after <c>*/</c>; null where it is written otherwise.</summary>
    public int? Step => Text.StartsWith("*/", StringComparison.Ordinal) ? int.Parse(Text.AsSpan(2), CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the numbers follow each other without a gap, and there is more than one.</summary>
    public bool IsRange => Values.Count > 1 && Values[^1] - Values[0] == Values.Count - 1;
}

/// <summary>What a field of a cron text may hold.</summary>
/// <param name="Name">In the plural, e.g. <c>hours</c>.</param>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest number.</param>
/// <param name="Words">Words for numbers from <paramref name="Min"/> on; empty for none.</param>
internal sealed record CronFieldKind(string Name, int Min, int Max, params IReadOnlyList<string> Words)
{
    /// <summary>The numbers of a field; or what is wrong with it, as the end of a sentence.</summary>
    public CronField? Read(string text, out string? mistake)
    {
        var values = new SortedSet<int>();
        foreach (var item in text.Split(','))
        {
            if (Add(item, values, out mistake)) continue;
            return null;
        }

        mistake = null;
        // Sunday is 0 and 7.
        if (Max == 7 && values.Remove(7)) values.Add(0);
        return new(text.ToLowerInvariant(), [.. values]);
    }

    private bool Add(string item, SortedSet<int> values, out string? mistake)
    {
        var (range, step) = item.Split('/') switch
        {
            [var whole] => (whole, (string?)"1"),
            [var whole, var after] => (whole, after),
            _ => (item, null),
        };
        var (from, to) = range switch
        {
            "*" => (Min, Max == 7 ? 6 : Max),
            _ when range.Split('-') is [var first, var last] => (Number(first), Number(last)),
            _ => (Number(range), Number(range)),
        };
        mistake = from is null || to is null ? $"has {(range.Length == 0 ? "nothing" : range)} for {Name}, which are {Allowed}."
            : from > to ? $"has {range} for {Name}, which goes backwards. Write {range.Split('-')[0]}-{Max},{Min}-{range.Split('-')[1]}."
            : !int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var every) || every < 1 || every > Max
                ? $"has {item} for {Name}: after / stands a number from 1 to {Max}."
            : step != "1" && range != "*" && !range.Contains('-', StringComparison.Ordinal) ? $"has {item} for {Name}. Write {range}-{Max}/{step}."
            : null;
        if (mistake is not null) return false;
        for (var number = from!.Value; number <= to!.Value; number += int.Parse(step!, CultureInfo.InvariantCulture)) values.Add(number);
        return true;
    }

    private int? Number(string text)
    {
        for (var at = 0; at < Words.Count; at++)
        {
            if (Words[at].Equals(text, StringComparison.OrdinalIgnoreCase)) return Min + at;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Min && number <= Max ? number : null;
    }

    private string Allowed => Words.Count == 0 ? $"{Min} to {Max}" : $"{Min} to {Max} or {Words[0]} to {Words[^1]}";
}
