using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Destinations;
using Tidemark.Engine.Json;
using Tidemark.Engine.Proposals;
using Tidemark.Engine.Runs;

namespace Tidemark.Engine.Wire;

/// <summary>A run that an agent proposes.</summary>
public sealed record ProposalAnswer
{
    /// <summary>Id, e.g. <c>p-20261122-101530-0a1b2c</c>.</summary>
    public required string Proposal { get; init; }

    public required string Pipeline { get; init; }

    /// <summary>What the run does.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>How rows would become live; absent for the pipeline's own way, and where a run has none.</summary>
    public WriteMode? Mode { get; init; }

    /// <summary>The streams; empty for those of the pipeline.</summary>
    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>The run or the backup that it is about; absent where it is about none.</summary>
    public string? About { get; init; }

    /// <summary>Treatment of existing rows by a restore; absent for all else.</summary>
    public RestoreMode? RestoreMode { get; init; }

    /// <summary>Format of a backup; absent for the pipeline's own, and for all else.</summary>
    public BackupFormat? Format { get; init; }

    /// <summary>Why, in the agent's words.</summary>
    public required string Reason { get; init; }

    /// <summary>Name of the agent's token.</summary>
    public required string ProposedBy { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset ProposedAt { get; init; }

    /// <summary>When it can no longer be approved.</summary>
    [JsonConverter(typeof(UtcConverter))]
    public required DateTimeOffset ExpiresAt { get; init; }

    public required ProposalStatus Status { get; init; }

    /// <summary>Who approved or rejected it; absent while nobody has.</summary>
    public string? DecidedBy { get; init; }

    [JsonConverter(typeof(UtcConverter))]
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Id of the run that it became; absent where it became none.</summary>
    public string? Run { get; init; }

    public static ProposalAnswer Of(Proposal proposal) => new()
    {
        Proposal = proposal.Id,
        Pipeline = proposal.Pipeline,
        Kind = proposal.Request.Kind,
        Mode = proposal.Request is SyncRun sync ? sync.Mode : null,
        Streams = proposal.Request is ReadingRequest reading ? reading.Streams : [],
        About = proposal.Request.About,
        RestoreMode = proposal.Request is RestoreRun restore ? restore.Mode : null,
        Format = proposal.Request is BackupRun backup ? backup.Format : null,
        Reason = proposal.Reason,
        ProposedBy = proposal.ProposedBy,
        ProposedAt = proposal.ProposedAt,
        ExpiresAt = proposal.ExpiresAt,
        Status = proposal.Status,
        DecidedBy = proposal.DecidedBy,
        DecidedAt = proposal.DecidedAt,
        Run = proposal.Run,
    };
}
