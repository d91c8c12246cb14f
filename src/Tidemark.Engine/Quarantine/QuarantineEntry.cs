using Tidemark.Engine.Errors;

namespace Tidemark.Engine.Quarantine;

/// <summary>A record that could not be written.</summary>
/// <param name="Stream">Stream name.</param>
/// <param name="Payload">The record as JSON, as the vendor sent it; its key alone where no more is known.</param>
/// <param name="Reason">Code and message.</param>
public sealed record QuarantinedRecord(string Stream, string Payload, Problem Reason)
{
    /// <summary>Its key as text, the parts of a compound key as a JSON array; null where it could not be read.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// Whether the payload is the whole record, which the next run may write. Where it is not (<c>record.incomplete</c>,
    /// bytes that are no text) or is older than what is staged, only a new reading settles it.
    /// </summary>
    public bool CanRetry { get; init; } = true;
}

/// <summary>A record in quarantine.</summary>
/// <param name="Id">Counts over all pipelines.</param>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Run">The latest run that met it.</param>
/// <param name="FirstSeen">When the first run met it.</param>
/// <param name="LastSeen">When the latest run met it.</param>
/// <param name="Record">Stream, payload and reason.</param>
public sealed record QuarantineEntry(
    long Id, string Pipeline, string Run, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, QuarantinedRecord Record);

/// <summary>Which records of the quarantine are meant; null means any.</summary>
public sealed record QuarantineFilter
{
    public string? Pipeline { get; init; }

    public string? Stream { get; init; }

    /// <summary>Full id of the latest run that met the record.</summary>
    public string? Run { get; init; }

    /// <summary>Only those listed after this one.</summary>
    public QuarantinePlace? Before { get; init; }
}

/// <summary>The place of a record in the list.</summary>
/// <param name="LastSeen">When the latest run met it.</param>
/// <param name="Id">Its number.</param>
public sealed record QuarantinePlace(DateTimeOffset LastSeen, long Id);
