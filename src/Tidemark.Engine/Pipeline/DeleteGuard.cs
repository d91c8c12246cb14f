using System.Globalization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline;

/// <summary>Stops a publish that would delete more than its limits allow, until a person has approved it.</summary>
internal static class DeleteGuard
{
    /// <summary>Why the publish needs approval; empty where it does not.</summary>
    public static IReadOnlyList<Problem> Objections(IEnumerable<PublishPreview> previews, SyncPlan plan) =>
        plan.IsApproved ? [] : [.. previews.Select(preview => Objection(preview, plan)).OfType<Problem>()];

    private static Problem? Objection(PublishPreview preview, SyncPlan plan)
    {
        const string hint = "Look at the source; if this is right, run again with --approve.";
        if (preview is { StagedRows: 0, LiveRows: > 0 })
        {
            return new Problem(
                "guard.empty_source", $"table {preview.Table}",
                $"The source has no records, and {preview.Table} has {preview.LiveRows} rows.", hint);
        }

        var percent = preview.LiveRows == 0 ? 0 : 100.0 * preview.Deletes / preview.LiveRows;
        if (preview.Deletes <= plan.MaxDeletedRows || percent <= plan.MaxDeletedPercent) return null;
        return new Problem(
            "guard.too_many_deletes", $"table {preview.Table}",
            string.Create(CultureInfo.InvariantCulture,
                $"{preview.Deletes} of {preview.LiveRows} rows of {preview.Table} ({percent:0.#} %) would be deleted; the limit is {plan.MaxDeletedPercent:0.#} %."),
            hint);
    }
}
