using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Alerts;

/// <summary>Texts of messages. Other people's words in them are one plain line, and short.</summary>
internal static class AlertText
{
    public const int MaxLetters = 500;

    /// <summary>A text on one line, cut where it is long.</summary>
    public static string Line(string text)
    {
        var end = Math.Min(text.Length, MaxLetters);
        if (end < text.Length && char.IsHighSurrogate(text[end - 1])) end--;
        return PlainLine.Of(text[..end]) + (end < text.Length ? "…" : "");
    }

    /// <summary>A moment to the minute, in UTC.</summary>
    public static string Minute(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A number with its thousands.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An act as a person does it; null for none.</summary>
    public static string? Words(NextStep? next) => next switch
    {
        null => null,
        { Act: NextAct.ApproveRun, Of: { } run } => $"Look at what would change, then approve or cancel the run {run}.",
        { Act: NextAct.RunPipeline, Of: { } pipeline } => $"Run the pipeline {pipeline} again, where its schedule does not.",
        { Act: NextAct.ReadEverything, Of: { } pipeline } => $"Run the pipeline {pipeline} so that it reads everything.",
        { Act: NextAct.ListQuarantine } => "Look at the records in quarantine.",
        { Act: NextAct.SaveDefinitions } => "Save the definitions.",
        { Act: NextAct.ListBackups } => "Look at the backups.",
        { Act: NextAct.ListRuns } => "Look at the runs.",
        _ => null,
    };
}
