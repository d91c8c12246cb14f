using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Sources;

/// <summary>A source that takes values back.</summary>
public interface IWriteBack
{
    /// <summary>Asks whether fields of a stream's records can be set. Changes nothing.</summary>
    /// <exception cref="TidemarkException">As reading throws.</exception>
    Task<WriteBackCheck> CheckWriteBackAsync(
        string stream, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);

    /// <summary>
    /// Sets fields of records without setting off what the vendor would do on a change. Values are those that shall be,
    /// so that sending them twice does no harm.
    /// </summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="updates">At most 100, no key twice.</param>
    /// <param name="cancellationToken">Stops before the next request; updates already sent stay done.</param>
    /// <returns>An answer a record; one that is missing counts as <see cref="WriteBackOutcome.Unknown"/>.</returns>
    /// <exception cref="TidemarkException">As reading throws: nothing is known of any of the records.</exception>
    Task<IReadOnlyList<WriteBackAnswer>> WriteBackAsync(
        string stream, IReadOnlyList<WriteBackUpdate> updates, CancellationToken cancellationToken);
}

/// <summary>What a source says of a write-back before it is tried.</summary>
/// <param name="Problems">Everything that is wrong; empty where it can be done.</param>
public sealed record WriteBackCheck(IReadOnlyList<Problem> Problems)
{
    /// <summary>Whether the stream may no longer give a record once it has the values, because it reads others only.</summary>
    public bool TakesOut { get; init; }
}

/// <summary>Fields to set on a record that exists.</summary>
/// <param name="Key">The record's, as text.</param>
/// <param name="Values">Field to value, as text.</param>
public sealed record WriteBackUpdate(string Key, IReadOnlyDictionary<string, string> Values);

/// <summary>Outcome of an update.</summary>
/// <param name="Key">Key of the record.</param>
/// <param name="Outcome">Whether the source has the values now.</param>
/// <param name="Code">The vendor's code for a refused record, e.g. <c>INVALID_DATA</c>.</param>
/// <param name="Message">Text for people.</param>
public sealed record WriteBackAnswer(string Key, WriteBackOutcome Outcome, string Code, string Message)
{
    public static WriteBackAnswer Done(string key) => new(key, WriteBackOutcome.Done, "", "");

    public static WriteBackAnswer Unanswered(string key) =>
        new(key, WriteBackOutcome.Unknown, "write_back.no_answer", "The source said nothing of this record.");
}

/// <summary>Whether a source took values.</summary>
public enum WriteBackOutcome
{
    /// <summary>It has them.</summary>
    Done,

    /// <summary>It said why not.</summary>
    Refused,

    /// <summary>It said nothing; it may have them.</summary>
    Unknown,
}
