using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Engine.Times;

/// <summary>
/// A cron text as crontab(5) reads it: five fields, or a word such as <c>@daily</c>. Where both day and weekday leave days out, either is
/// enough. https://man7.org/linux/man-pages/man5/crontab.5.html.
/// </summary>
/// <param name="Fields">The five fields, separated by single blanks.</param>
/// <param name="Minute">0 to 59.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="Day">Days of the month, 1 to 31.</param>
/// <param name="Month">1 to 12.</param>
/// <param name="Weekday">0 to 6, from Sunday.</param>
public sealed record CronText(string Fields, CronField Minute, CronField Hour, CronField Day, CronField Month, CronField Weekday)
{
    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    private static readonly CronFieldKind[] Kinds =
    [
        new("minutes", 0, 59),
        new("hours", 0, 23),
        new("days", 1, 31),
        new("months", 1, 12, "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        new("weekdays", 0, 7, "sun", "mon", "tue", "wed", "thu", "fri", "sat"),
    ];

    // The longest month of each number, in a leap year.
    private static readonly int[] Longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="cron">The parts.</param>
    /// <param name="mistake">What is wrong, as the end of a sentence that begins with the text's name.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronText? cron, [NotNullWhen(false)] out string? mistake)
    {
        cron = null;
        var trimmed = text.Trim();
        if (trimmed.StartsWith('@') && !Macros.ContainsKey(trimmed))
        {
            mistake = $"is not {trimmed}; words for it are {string.Join(", ", Macros.Keys)}.";
            return false;
        }

        var parts = Macros.GetValueOrDefault(trimmed, trimmed).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Kinds.Length)
        {
            mistake = $"has five fields (minute, hour, day, month, weekday), not {parts.Length}{(parts.Length is 6 or 7 ? "; there are no seconds and no years" : "")}.";
            return false;
        }

        var fields = new CronField[Kinds.Length];
        for (var at = 0; at < Kinds.Length; at++)
        {
            if (Kinds[at].Read(parts[at], out var wrong) is not { } field)
            {
                mistake = wrong!;
                return false;
            }

            fields[at] = field;
        }

        cron = new(string.Join(' ', fields.Select(field => field.Text)), fields[0], fields[1], fields[2], fields[3], fields[4]);
        mistake = cron.IsNever ? "names days that no month has." : null;
        return mistake is null;
    }

    /// <summary>Whether days are chosen by the month alone, and each month that is named is too short.</summary>
    private bool IsNever => Weekday.IsAny && Month.Values.All(month => Day.Values[0] > Longest[month - 1]);
}
