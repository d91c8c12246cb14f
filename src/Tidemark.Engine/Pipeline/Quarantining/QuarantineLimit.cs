using System.Globalization;
using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Pipeline.Quarantining;

/// <summary>How many of a stream's records may be in quarantine before the stream is taken for broken.</summary>
/// <param name="MaxPercent">Share of the records that a run reads of the stream.</param>
/// <param name="MaxRows">Up to this many are never too many.</param>
public sealed record QuarantineLimit(double MaxPercent, int MaxRows)
{
    public const string Code = "quarantine.too_many";

    // Before this many, a share says little about the rest.
    private const int EnoughRead = 1000;

    /// <param name="stream">Named in the message.</param>
    /// <param name="read">Records read so far; those that were tried again not counted.</param>
    /// <param name="quarantined">How many of them are in quarantine.</param>
    /// <param name="isEnd">Whether everything was read.</param>
    /// <returns>Null where the limit is kept.</returns>
    public TidemarkException? Objection(string stream, long read, long quarantined, bool isEnd)
    {
        var percent = read == 0 ? 0 : 100.0 * quarantined / read;
        if (quarantined <= MaxRows || percent <= MaxPercent || (!isEnd && read < EnoughRead)) return null;
        return new TidemarkException(FailureKind.Upstream, Code, string.Create(
            CultureInfo.InvariantCulture,
            $"{quarantined} of {read} records of {stream} ({percent:0.#} %) cannot be written; the limit is {MaxPercent:0.#} %."))
        {
            Hint = "Mend their cause, or raise max_quarantined_percent of the pipeline. They are in quarantine with their reasons.",
            Next = new(NextAct.ListQuarantine),
        };
    }
}
