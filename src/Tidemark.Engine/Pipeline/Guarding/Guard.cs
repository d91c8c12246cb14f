using System.Globalization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline.Guarding;

/// <summary>Stops a run that would change more than its limits allow, until a person has approved it.</summary>
/// <param name="limits">How far it may go.</param>
/// <param name="ignoresLimits">Whether a person has allowed it already.</param>
internal sealed class Guard(RunLimits limits, bool ignoresLimits)
{
    // More names than these would hide what is said.
    private const int MaxNamed = 5;

    private const string Hint = "Look at the source and at what would change; if this is right, approve the run.";

    private static readonly NextStep Approve = new(NextAct.ApproveRun);

    /// <summary>The guard of a sync.</summary>
    public Guard(SyncPlan plan)
        : this(plan.Limits, plan.IgnoresLimits) =>
        LosesWrittenBack = table => plan.Streams.Any(stream => stream.Table.Table == table && stream.LosesWrittenBack);

    /// <summary>Why the source has no records of a table, as far as it can say.</summary>
    public Func<string, string?> WhyEmpty { get; init; } = _ => null;

    /// <summary>What the rows of a table were asked for and this reading was not; null where that is not known.</summary>
    public Func<string, IReadOnlyList<string>?> OutOfSight { get; init; } = _ => [];

    /// <summary>Whether what is written back to records of a table may put them out of sight.</summary>
    public Func<string, bool> LosesWrittenBack { get; init; } = _ => false;

    /// <summary>Why a publish needs approval; empty where it does not.</summary>
    public IReadOnlyList<Problem> Objections(IEnumerable<PublishPreview> previews) =>
        ignoresLimits ? [] :
        [
            .. previews
                .Select(preview => NotAsked(preview) ?? Objection(preview) ?? WrittenBack(preview) ?? Shared(preview) ?? Along(preview)).OfType<Problem>(),
        ];

    /// <summary>
    /// Why a run needs approval that leaves columns alone which earlier ones filled: their values would grow old unnoticed.
    /// Null where it fills all of them.
    /// </summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="earlier">Columns that earlier runs filled.</param>
    /// <param name="now">Columns that the run would have.</param>
    public static Problem? Narrowed(string table, IEnumerable<string> earlier, IEnumerable<string> now)
    {
        var lost = earlier.Except(now, StringComparer.Ordinal).ToList();
        return lost.Count == 0 ? null : new Problem(
            "guard.narrowed_schema", $"table {table}",
            $"{table} has columns that earlier runs filled and this one would not: {string.Join(", ", lost)}.",
            "Look at the source and at the pipeline's columns; if this is right, approve the run.")
        { Next = Approve };
    }

    /// <summary>Stops a merge before the batch is committed with which it would go too far.</summary>
    /// <param name="stream">The open stream.</param>
    /// <param name="table">Its table.</param>
    /// <param name="deleted">Rows deleted by the run so far, this batch's among them.</param>
    /// <param name="updated">Rows updated likewise.</param>
    /// <param name="cascades">What went of other tables likewise.</param>
    /// <param name="cancellationToken">Cancels the counting.</param>
    /// <exception cref="TidemarkException"><c>guard.too_many_deletes</c>, <c>guard.too_many_updates</c>, <c>guard.too_many_cascades</c>.</exception>
    public async Task RequireAsync(
        IStreamLoad stream, string table, long deleted, long updated, IReadOnlyList<Cascade> cascades, CancellationToken cancellationToken)
    {
        // Below these a share is never asked for, so that most runs need not count.
        if (ignoresLimits || (cascades.All(each => each.Deletes <= limits.MaxDeletedRows) && deleted <= limits.MaxDeletedRows && (updated <= limits.MaxDeletedRows || limits.MaxUpdatedPercent >= 100)))
            return;
        var rows = await stream.CountAsync(cancellationToken) + deleted;
        var preview = new PublishPreview(table, rows, rows, deleted) { Updates = updated, Cascades = cascades };
        if ((Objection(preview) ?? Along(preview)) is not { } objection) return;
        throw new TidemarkException(FailureKind.Approval, objection.Code, objection.Message)
        {
            Hint = "A merge stops here and has read no further; a dry run shows the rows. If this is right, approve the run.",
            Next = objection.Next,
        };
    }

    /// <summary>A record outside what was asked for is not proven gone. Checked first: the other objections would hide it.</summary>
    private Problem? NotAsked(PublishPreview preview)
    {
        if (preview.Deletes == 0) return null;
        var lost = OutOfSight(preview.Table);
        if (lost is { Count: 0 }) return null;
        var why = lost is null
            ? "it is not known what they were read from"
            : $"the source no longer shows {string.Join(", ", lost.Take(MaxNamed))}{(lost.Count > MaxNamed ? $" and {lost.Count - MaxNamed} more" : "")}, which they may belong to";
        return new Problem(
            "guard.out_of_sight", $"table {preview.Table}",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} rows of {preview.Table} would be deleted without proof that their records are gone: {why}."),
            "See that the credentials still reach everything; if the rows are to go, approve a run that has read everything.")
        { Next = Approve };
    }

    /// <summary>A record that a reading no longer finds because of what was written back to it is not gone.</summary>
    private Problem? WrittenBack(PublishPreview preview)
    {
        if (preview.Deletes == 0 || !LosesWrittenBack(preview.Table)) return null;
        return new Problem(
            "guard.written_back", $"table {preview.Table}",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} rows of {preview.Table} would be deleted, whose records may be out of sight only because of what was written back to them."),
            "Run as a merge to keep them; if they are to go, approve the run.")
        { Next = Approve };
    }

    /// <summary>What this pipeline did not read may be what another has written.</summary>
    private static Problem? Shared(PublishPreview preview) => preview.SharedWith is not { } other ? null : new Problem(
        "guard.shared_table", $"table {preview.Table}",
        string.Create(CultureInfo.InvariantCulture,
            $"{preview.Deletes} rows of {preview.Table} would be deleted, and may be those of the pipeline {other}, which has written this table too."),
        $"Give each its own tables with the setting tables. If {other} is what this pipeline was called before, "
        + "the table is this pipeline's alone once you approve the run.")
    { Next = Approve };

    /// <summary>What the database deletes along is deleted by the run all the same, and often nobody's but the application's.</summary>
    private Problem? Along(PublishPreview preview)
    {
        foreach (var (table, rows, deletes, _) in preview.Cascades)
        {
            var percent = 100.0 * deletes / Math.Max(1, rows);
            if (deletes <= limits.MaxDeletedRows || percent <= limits.MaxDeletedPercent) continue;
            return new Problem(
                "guard.too_many_cascades", $"table {preview.Table}",
                string.Create(CultureInfo.InvariantCulture,
                    $"{deletes} of {rows} rows of {table} ({percent:0.#} %) would be deleted along with {preview.Deletes} rows of {preview.Table}; the limit is {limits.MaxDeletedPercent:0.#} %."),
                "They refer to these rows (ON DELETE CASCADE), and no undo brings them back. If this is right, approve the run.")
            { Next = Approve };
        }

        return null;
    }

    private Problem? Objection(PublishPreview preview)
    {
        if (preview is { StagedRows: 0, LiveRows: > 0 })
        {
            return new Problem(
                "guard.empty_source", $"table {preview.Table}",
                string.Join(' ', new[] { $"The source has no records, and {preview.Table} has {preview.LiveRows} rows.", WhyEmpty(preview.Table) }
                    .OfType<string>()), Hint)
            { Next = Approve };
        }

        return TooMany("deletes", "deleted", preview.Deletes, limits.MaxDeletedPercent)
            ?? TooMany("updates", "updated", preview.Updates, limits.MaxUpdatedPercent);

        Problem? TooMany(string what, string done, long rows, double limit)
        {
            var percent = preview.LiveRows == 0 ? 0 : 100.0 * rows / preview.LiveRows;
            if (rows <= limits.MaxDeletedRows || percent <= limit) return null;
            return new Problem(
                $"guard.too_many_{what}", $"table {preview.Table}",
                string.Create(CultureInfo.InvariantCulture,
                    $"{rows} of {preview.LiveRows} rows of {preview.Table} ({percent:0.#} %) would be {done}; the limit is {limit:0.#} %."),
                Hint)
            { Next = Approve };
        }
    }
}
