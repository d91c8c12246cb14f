namespace Tidemark.Engine.Backup;

/// <summary>Which backups have been kept long enough.</summary>
internal static class Retention
{
    /// <summary>The backups beyond the allowed age or number. The newest good one is never among them.</summary>
    /// <param name="files">Backups of one pipeline, in any order.</param>
    /// <param name="createdAt">Time of a backup.</param>
    /// <param name="isGood">Whether a backup is known to be good.</param>
    /// <param name="keepDays">Days to keep a backup; 0 for any age.</param>
    /// <param name="keep">Number of backups to keep; 0 for any number.</param>
    /// <param name="now">Current time.</param>
    public static IReadOnlyList<T> Expired<T>(
        IEnumerable<T> files, Func<T, DateTimeOffset> createdAt, Func<T, bool> isGood, int keepDays, int keep,
        DateTimeOffset now)
        where T : class
    {
        var newestFirst = files.OrderByDescending(createdAt).ToList();
        var spared = newestFirst.Find(file => isGood(file));
        return
        [
            .. newestFirst.Where((file, place) => file != spared
                && ((keepDays > 0 && now - createdAt(file) > TimeSpan.FromDays(keepDays)) || (keep > 0 && place >= keep))),
        ];
    }
}
