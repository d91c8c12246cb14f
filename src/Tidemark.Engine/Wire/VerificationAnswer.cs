using System.Text.Json.Serialization;
using Tidemark.Engine.Errors;
using Tidemark.Engine.Pipeline.Comparing;

namespace Tidemark.Engine.Wire;

/// <summary>Whether the rows that a run left are still what it left.</summary>
public sealed record VerificationAnswer
{
    public const string DiffersCode = "verify.differs";

    /// <summary>Full id.</summary>
    public required string Run { get; init; }

    public required string Pipeline { get; init; }

    public required bool Verified { get; init; }

    /// <summary><see cref="DiffersCode"/>; absent where the rows are as they were left.</summary>
    public string? Code { get; init; }

    /// <summary>In the order of the run's figures.</summary>
    public required IReadOnlyList<VerifiedStreamAnswer> Streams { get; init; }

    /// <summary>The first values that differ; long ones are cut.</summary>
    public required IReadOnlyList<DifferenceAnswer> Differences { get; init; }

    /// <summary>What repairs the rows; absent where they are as they were left.</summary>
    public NextAnswer? Next { get; init; }

    /// <param name="verification">What was found.</param>
    /// <param name="next">What repairs the rows; null where nothing is to repair.</param>
    public static VerificationAnswer Of(Verification verification, NextStep? next) => new()
    {
        Next = next is null ? null : NextAnswer.From(next),
        Run = verification.Run,
        Pipeline = verification.Pipeline,
        Verified = verification.IsVerified,
        Code = verification.IsVerified ? null : DiffersCode,
        Streams = [.. verification.Streams.Select(VerifiedStreamAnswer.Of)],
        Differences =
        [
            .. from stream in verification.Streams
               from row in stream.Shown
               from difference in row.Differences
               select new DifferenceAnswer(
                   stream.Table, Cut.Short(row.Key), row.Run, difference.Column, Cut.Short(difference.Found),
                   Cut.Short(difference.Recorded)),
        ],
    };
}

/// <summary>What one table of a run is now.</summary>
public sealed record VerifiedStreamAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    public required bool Verified { get; init; }

    /// <summary>Rows that are as the run left them, or older.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that differ from their record.</summary>
    public required long Differing { get; init; }

    /// <summary>Rows that the run left and that are gone.</summary>
    public required long Missing { get; init; }

    /// <summary>Rows that later runs have changed since.</summary>
    public required long ChangedLater { get; init; }

    /// <summary>Rows whose record is not kept.</summary>
    public required long NotCompared { get; init; }

    /// <summary>Whether the checksum is the one that the run left; null where that is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required bool? ChecksumFits { get; init; }

    /// <summary>Rows that the run left; null where that is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? RowsLeft { get; init; }

    public static VerifiedStreamAnswer Of(StreamVerification stream) => new()
    {
        Stream = stream.Stream,
        Table = stream.Table,
        Verified = stream.IsVerified,
        Rows = stream.Rows,
        Differing = stream.Differing,
        Missing = stream.Missing,
        ChangedLater = stream.ChangedLater,
        NotCompared = stream.NotCompared,
        ChecksumFits = stream.Checksums is { } sums ? sums.Left == sums.Found : null,
        RowsLeft = stream.Checksums?.Left.Rows,
    };
}

/// <summary>A value that differs.</summary>
/// <param name="Table">Name of the table.</param>
/// <param name="Key">The row's key, as text.</param>
/// <param name="Run">Run that wrote the row last.</param>
/// <param name="Column">Name of the column.</param>
/// <param name="Found">Value in the table; null for null.</param>
/// <param name="Recorded">Value in the row's record; null for null.</param>
public sealed record DifferenceAnswer(
    string Table, string Key, string Run, string Column,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Found,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Recorded);
