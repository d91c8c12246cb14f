using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Tidemark.Engine.Definitions;
using Tidemark.Engine.Runs;

namespace Tidemark.Server.Telemetry;

/// <summary>A run as OpenLineage tells it: what was read, and what was written of it.</summary>
/// <remarks>https://openlineage.io/spec/2-0-2/OpenLineage.json</remarks>
internal sealed record LineageEvent(
    string EventType, DateTimeOffset EventTime, LineageRun Run, LineageJob Job, IReadOnlyList<LineageDataset> Inputs, IReadOnlyList<LineageDataset> Outputs)
{
    private const string Maker = "https://github.com/tidemark/tidemark";

    public string Producer { get; } = Maker;

    [JsonPropertyName("schemaURL")]
    public string SchemaUrl { get; } = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

    /// <summary>A run that has begun; its streams are not known yet.</summary>
    public static LineageEvent Began(RunRecord run, string space) => new("START", run.StartedAt, new(Id(run.Id)), new(space, run.Pipeline), [], []);

    /// <summary>A run that is over.</summary>
    /// <param name="run">The run.</param>
    /// <param name="space">Namespace of the jobs.</param>
    /// <param name="source">Its source; null for none, or one that is gone.</param>
    /// <param name="destination">Its destination; null for one that is gone.</param>
    public static LineageEvent Ended(RunRecord run, string space, SourceDefinition? source, DestinationDefinition? destination)
    {
        var streams = run.Result.Streams;
        return new(
            Type(run.Status), run.FinishedAt ?? run.StartedAt, new(Id(run.Id)), new(space, run.Pipeline),
            source is null ? [] : [.. streams.Select(stream => new LineageDataset($"{source.Connector}://{source.Name}", stream.Stream))],
            destination is null ? [] : [.. streams.Select(stream => new LineageDataset($"{destination.Connector}://{destination.Name}", stream.Table)
            {
                OutputFacets = new(new(Maker, stream.Created + stream.Updated + stream.Deleted)),
            })]);
    }

    private static string Type(RunStatus status) => status switch
    {
        RunStatus.Succeeded or RunStatus.Planned => "COMPLETE",
        RunStatus.Cancelled or RunStatus.Parked => "ABORT",
        _ => "FAIL",
    };

    /// <summary>A UUID of a run's own (version 8): OpenLineage takes no other id.</summary>
    private static Guid Id(string run)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(run)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

internal sealed record LineageRun(Guid RunId);

internal sealed record LineageJob(string Namespace, string Name);

internal sealed record LineageDataset(string Namespace, string Name)
{
    public LineageOutput? OutputFacets { get; init; }
}

internal sealed record LineageOutput(LineageStatistics OutputStatistics);

/// <param name="Producer">Who says it.</param>
/// <param name="RowCount">Rows that were written or deleted.</param>
internal sealed record LineageStatistics([property: JsonPropertyName("_producer")] string Producer, long RowCount)
{
    [JsonPropertyName("_schemaURL")]
    public string SchemaUrl { get; } = "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LineageEvent))]
internal sealed partial class LineageJson : JsonSerializerContext;
