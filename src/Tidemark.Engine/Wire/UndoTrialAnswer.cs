using Tidemark.Engine.Destinations;
using Tidemark.Engine.Pipeline;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>What an undo would come to. Nothing has changed.</summary>
public sealed record UndoTrialAnswer
{
    /// <summary>Id of the run that would be undone.</summary>
    public required string Run { get; init; }

    public required string Pipeline { get; init; }

    /// <summary>One a table that the run wrote.</summary>
    public required IReadOnlyList<UndoneTableAnswer> Tables { get; init; }

    /// <summary>Records to which the run has written back; the source keeps what it got.</summary>
    public required long WrittenBack { get; init; }

    public static UndoTrialAnswer Of(UndoTrial trial) => new()
    {
        Run = trial.Undone.Id,
        Pipeline = trial.Undone.Pipeline,
        Tables = [.. trial.Tables.Select(table => UndoneTableAnswer.Of(table, !trial.Unseen.Contains(table.Stream, StringComparer.Ordinal)))],
        WrittenBack = trial.Undone.Result.Streams.Sum(stream => stream.WrittenBack),
    };
}

/// <summary>What would become of one table.</summary>
public sealed record UndoneTableAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    /// <summary>Rows that would come back, as the run had deleted them.</summary>
    public required long Created { get; init; }

    /// <summary>Rows that would have their earlier values again.</summary>
    public required long Updated { get; init; }

    /// <summary>Rows that would go, as the run had created them.</summary>
    public required long Deleted { get; init; }

    /// <summary>Rows that would stay as they are, since they have changed since or cannot go.</summary>
    public required long Untouched { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<UntouchedRow> UntouchedRows { get; init; }

    /// <summary>False where no records are kept: what somebody has changed by hand is not seen, and would be overwritten.</summary>
    public required bool SeesChanges { get; init; }

    /// <summary>What went of other tables along with rows that the run had deleted, and would not come back; absent where nothing did.</summary>
    public IReadOnlyList<CascadeAnswer>? Cascades { get; init; }

    public static UndoneTableAnswer Of(UndoneTable table, bool seesChanges) => new()
    {
        Stream = table.Stream,
        Table = table.Table,
        Created = table.Created,
        Updated = table.Restored,
        Deleted = table.Deleted,
        Untouched = table.Untouched,
        UntouchedRows = table.UntouchedRows,
        SeesChanges = seesChanges,
        Cascades = CascadeAnswer.Of(table.Cascades),
    };
}
