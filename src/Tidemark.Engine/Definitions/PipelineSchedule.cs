using System.Text.Json.Serialization;
using Tidemark.Engine.Json;
using Tidemark.Engine.Times;

namespace Tidemark.Engine.Definitions;

/// <summary>What a schedule starts.</summary>
public enum ScheduledWork
{
    /// <summary>A sync in the pipeline's mode.</summary>
    Sync,

    /// <summary>A sync that reads everything and puts it in place at once.</summary>
    Full,

    /// <summary>A reading of the keys alone, which deletes what is gone.</summary>
    Deletions,

    Backup,
}

/// <summary>What becomes of a run that is due while the same work waits or goes on.</summary>
public enum Overlap
{
    /// <summary>It is left out, and recorded as cancelled.</summary>
    Skip,

    /// <summary>It waits; one at most.</summary>
    Queue,
}

/// <summary>When a pipeline runs by itself, as the user saved it.</summary>
/// <param name="Cron">Five fields, or a word such as <c>@daily</c>; see <see cref="CronText"/>.</param>
public sealed record PipelineSchedule(string Cron)
{
    /// <summary>IANA name of the zone that the times are in.</summary>
    public string TimeZone { get; init; } = "UTC";

    public ScheduledWork Run { get; init; }

    public Overlap Overlap { get; init; }

    /// <summary>A paused schedule starts nothing, and its times do not count as missed.</summary>
    public bool Paused { get; init; }

    /// <summary>Tells the schedules of a pipeline apart: the work and when it is due.</summary>
    [JsonIgnore]
    public string Key => $"{EnumWord.Of(Run)} {(CronText.TryParse(Cron, out var cron, out _) ? cron.Fields : Cron)} {TimeZone}";

    /// <summary>E.g. <c>every day at 02:00 Europe/Berlin</c>.</summary>
    [JsonIgnore]
    public string Words => CronText.TryParse(Cron, out var cron, out _) ? $"{CronWords.Of(cron)} {TimeZone}" : Cron;

    /// <summary>The moments at which it is due; null where this machine does not know its time zone, which another one may have saved.</summary>
    internal CronTimes? Times() =>
        CronText.TryParse(Cron, out var cron, out _) && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? new(cron, zone) : null;
}
