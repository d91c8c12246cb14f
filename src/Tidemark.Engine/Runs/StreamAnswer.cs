using System.Text.Json.Serialization;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Runs;

/// <summary>What a run did with one stream: read = created + updated + unchanged + skipped + quarantined.</summary>
public sealed record StreamAnswer
{
    public required string Stream { get; init; }

    public required string Table { get; init; }

    public required long Read { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; init; }

    public required long Unchanged { get; init; }

    /// <summary>Records that a later one of the same key replaced within the run.</summary>
    public required long Skipped { get; init; }

    public required long Quarantined { get; init; }

    public required long Deleted { get; init; }

    public required long WrittenBack { get; init; }

    /// <summary>Whether the stream was read from the beginning; absent where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Full { get; init; }

    /// <summary>Time of the reading, to the millisecond.</summary>
    public required double Seconds { get; init; }

    /// <summary>What stopped the stream; absent where nothing did.</summary>
    public ProblemAnswer? Error { get; init; }

    /// <summary>What a person should know of the reading, though nothing is wrong with its rows; absent where there is nothing.</summary>
    public IReadOnlyList<string>? Remarks { get; init; }

    /// <summary>What was read against what the destination answered; absent where nothing was verified.</summary>
    public StreamReceiptAnswer? Receipt { get; init; }

    public static StreamAnswer Of(StreamFigures figures) => new()
    {
        Stream = figures.Stream,
        Table = figures.Table,
        Read = figures.Read,
        Created = figures.Created,
        Updated = figures.Updated,
        Unchanged = figures.Unchanged,
        Skipped = figures.Skipped,
        Quarantined = figures.Quarantined,
        Deleted = figures.Deleted,
        WrittenBack = figures.WrittenBack,
        Full = figures.IsFull,
        Seconds = Math.Round(figures.Seconds, 3),
        Error = figures.Error is { } error ? ProblemAnswer.Of(error) : null,
        Remarks = figures.Remarks.Count > 0 ? figures.Remarks : null,
        Receipt = figures.Receipt is { } receipt ? StreamReceiptAnswer.Of(receipt) : null,
    };

    internal StreamFigures ToFigures() => new(Stream, Table)
    {
        Read = Read,
        Created = Created,
        Updated = Updated,
        Unchanged = Unchanged,
        Skipped = Skipped,
        Quarantined = Quarantined,
        Deleted = Deleted,
        WrittenBack = WrittenBack,
        IsFull = Full,
        Seconds = Seconds,
        Error = Error?.ToProblem(),
        Remarks = Remarks ?? [],
        Receipt = Receipt?.ToReceipt(),
    };
}

/// <summary>The receipt of one stream.</summary>
/// <param name="Verified">Whether the two are equal.</param>
/// <param name="Expected">Checksum of what was read.</param>
/// <param name="Found">Checksum of what the destination answered.</param>
public sealed record StreamReceiptAnswer(bool Verified, ChecksumAnswer Expected, ChecksumAnswer Found)
{
    public static StreamReceiptAnswer Of(StreamReceipt receipt) =>
        new(receipt.IsVerified, ChecksumAnswer.Of(receipt.Expected), ChecksumAnswer.Of(receipt.Found));

    internal StreamReceipt ToReceipt() => new(Expected.ToChecksum(), Found.ToChecksum());
}

/// <summary>Order-independent checksum of rows.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Low">Sum of the lower halves of their hashes.</param>
/// <param name="High">Sum of the upper halves.</param>
public sealed record ChecksumAnswer(long Rows, long Low, long High)
{
    public static ChecksumAnswer Of(Checksum checksum) => new(checksum.Rows, checksum.Low, checksum.High);

    internal Checksum ToChecksum() => new(Rows, Low, High);
}
