using Tidemark.Engine.Records;

namespace Tidemark.Engine.Destinations.Sql.Loading;

/// <summary>The table that readers see of a stream, and the one that its batches are written to.</summary>
/// <param name="Live">The table that readers see.</param>
/// <param name="Target">The live table, or the staging.</param>
/// <param name="Plan">Policies of the stream.</param>
/// <param name="Shape">What the target is to the live table.</param>
internal sealed record StreamTables(SqlTable Live, SqlTable Target, TablePlan Plan, StagingShape Shape)
{
    /// <summary>Whether the staging is compared with the live table, even if there is none yet.</summary>
    public bool IsDifference => Shape is StagingShape.Difference or StagingShape.DifferenceWithoutLive;

    /// <summary>Whether the staging is renamed to the live table, which does not exist yet.</summary>
    public bool IsFirst => Shape == StagingShape.BecomesLive;

    /// <summary>Whether there is a live table.</summary>
    public bool HasLive => Shape is StagingShape.Direct or StagingShape.Difference;

    /// <summary>The same with more columns, or with some that became text.</summary>
    /// <param name="stream">The columns.</param>
    /// <param name="adapted">Those that the live table has already, and that are not as new ones would be.</param>
    public StreamTables With(StreamSchema stream, IReadOnlyDictionary<string, TableColumn> adapted) => this with
    {
        Live = new SqlTable(Live.Name, Plan with { Stream = stream }, Live.Kind, adapted)
        {
            Missing = Plan.Staging == Staging.Compared
                ? Live.Missing.Union(stream.Fields.Skip(Live.Stream.Fields.Count).Select(field => field.Name)).ToHashSet(StringComparer.Ordinal)
                : Live.Missing,
        },
        Target = new SqlTable(Target.Name, Plan with { Stream = stream }, Target.Kind, adapted),
    };
}
