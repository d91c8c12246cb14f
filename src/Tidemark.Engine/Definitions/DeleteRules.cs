using Tidemark.Engine.Destinations;

namespace Tidemark.Engine.Definitions;

/// <summary>Rules for marking rows whose record is gone.</summary>
internal static class DeleteRules
{
    /// <param name="deletes">Policy of a pipeline or of one stream.</param>
    /// <param name="syncedAt">Name of the column that says when a row was last written.</param>
    public static IEnumerable<DefinitionMistake> Of(DeletePolicy deletes, string syncedAt = TablePlan.UsualSyncedAt)
    {
        if (deletes.Column is not { } column) return [];
        IEnumerable<DefinitionMistake> mistakes = column.Length == 0
            ? ValueRules.Given("column", column) : ColumnRules.OfName("column", column, syncedAt);
        return mistakes.Select(mistake => mistake.Within("deletes", "deletes"));
    }
}
