using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Destinations.Writing;

/// <summary>Decides how a stream's writing begins, from facts that every kind of database can gather.</summary>
public static class StagingChoice
{
    /// <summary>What becomes of a staging.</summary>
    /// <remarks>A database server that crashed may have emptied a staging: hence the checksum.</remarks>
    public static StagingDecision Of(StagingFacts facts) =>
        facts.IsCurrent && facts.HasColumns && facts.Content == facts.Checkpoint!.Staged.Checksum ? StagingDecision.Resume
        : facts.Continues is null ? StagingDecision.Begin : StagingDecision.Refuse;

    /// <summary>
    /// Whether a merge resumes from its checkpoint. Where the table is gone, is another, or was emptied, what is no longer there
    /// would not be read again by what has changed since.
    /// </summary>
    public static StagingDecision Of(LiveFacts facts) =>
        !facts.IsTidemarks || (!facts.HasRows && (facts.WasWritten || facts.IsOther)) ? StagingDecision.Begin
        : facts.HasRows && Comparison(facts, "", "") is not null ? StagingDecision.Compare : StagingDecision.Resume;

    /// <summary>Why everything has to be compared with the rows of a table, in a sentence; null where it has not.</summary>
    public static string? Comparison(LiveFacts facts, string stream, string table) =>
        facts.IsOther ? $"What is known of {stream} speaks of another table than {table}, or of what the table was before."
        : facts.Missing.Count > 0 ? $"The rows of {table} have no values for {string.Join(", ", facts.Missing)} yet."
        : facts.IsRedefined ? $"The columns of {table} are defined otherwise than when it was last written." : null;

    /// <summary>What a stream's rows are written into.</summary>
    /// <param name="plan">The stream's policies.</param>
    /// <param name="hasLive">Whether there is a live table.</param>
    /// <remarks>Tables that refer to each other are filled in their order, by publishing: a live table is made for them first.</remarks>
    public static StagingShape Shape(TablePlan plan, bool hasLive) => plan.Staging switch
    {
        Staging.None => StagingShape.Direct,
        Staging.Compared => hasLive ? StagingShape.Difference : StagingShape.DifferenceWithoutLive,
        _ => hasLive || plan.References.Count > 0 || plan.IsReferredTo ? StagingShape.Difference : StagingShape.BecomesLive,
    };

    /// <summary>What a run says whose staging is refused.</summary>
    public static TidemarkException Refusal(string continues, string stream) =>
        new(FailureKind.Usage, "run.staging_gone", $"What {continues} had read of {stream} is no longer there, or was read by another definition.")
        {
            Hint = "Run the pipeline again; it parks again if it would still go too far.",
        };
}
