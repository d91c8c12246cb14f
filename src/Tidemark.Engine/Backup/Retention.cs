namespace Tidemark.Engine.Backup;

/// <summary>Which backups have been kept long enough.</summary>
internal static class Retention
{
    /// <summary>Those that are older than allowed or more than allowed. The newest that is good is never among them.</summary>
    /// <param name="files">Of one pipeline, in any order.</param>
    /// <param name="createdAt">When one was made.</param>
    /// <param name="isGood">Whether it may be relied on.</param>
    /// <param name="keepDays">0 for any age.</param>
    /// <param name="keep">0 for any number.</param>
    /// <param name="now">The moment that ages are counted to.</param>
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
